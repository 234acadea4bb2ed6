// SPDX-License-Identifier: Apache-2.0
#include "tests/support/lossy_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace greentill::test {
namespace {

constexpr std::size_t kSector = 512;

sqlite3_vfs* real_vfs() { return sqlite3_vfs_find("unix-excl"); }

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

/// Lies in front of the default VFS's own file.
struct LossyFile {
  sqlite3_file base;
  LossyVfs* vfs;
  LossyVfs::Medium* medium;  // none for temporary files
  bool syncs_folder;         // as the default VFS does at the first sync of a new journal or log

  static LossyFile& of(sqlite3_file* file) { return *reinterpret_cast<LossyFile*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&of(file) + 1); }

  static int open(sqlite3_vfs* self, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags);
  static int remove(sqlite3_vfs* self, const char* name, int sync_folder);
  static int close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset);
  static int truncate(sqlite3_file* file, sqlite3_int64 size);
  static int sync(sqlite3_file* file, int flags);

  static int read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), into, count, offset);
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
  static int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
  static int unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
  static int is_reserved(sqlite3_file* file, int* out) { return real(file)->pMethods->xCheckReservedLock(real(file), out); }
  static int control(sqlite3_file* file, int code, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), code, argument);
  }
  static int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
  static int characteristics(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
  static int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
  static int shm_unmap(sqlite3_file* file, int remove_it) { return real(file)->pMethods->xShmUnmap(real(file), remove_it); }
};

namespace {

// Version 2: without memory-mapped reads, which would go past the shim.
constexpr sqlite3_io_methods kMethods = {2,
                                         LossyFile::close,
                                         LossyFile::read,
                                         LossyFile::write,
                                         LossyFile::truncate,
                                         LossyFile::sync,
                                         LossyFile::size,
                                         LossyFile::lock,
                                         LossyFile::unlock,
                                         LossyFile::is_reserved,
                                         LossyFile::control,
                                         LossyFile::sector_size,
                                         LossyFile::characteristics,
                                         LossyFile::shm_map,
                                         LossyFile::shm_lock,
                                         LossyFile::shm_barrier,
                                         LossyFile::shm_unmap,
                                         nullptr,
                                         nullptr};

}  // namespace

int LossyFile::open(sqlite3_vfs* self, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  auto& vfs = *static_cast<LossyVfs*>(self->pAppData);
  constexpr int kTracked = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
  const bool tracked = name != nullptr && (flags & kTracked) != 0;
  LossyVfs::Medium* medium = nullptr;
  bool is_new = false;
  if (tracked) {
    is_new = !std::filesystem::exists(name);
    const auto [found, added] = vfs.media_.try_emplace(name);
    medium = &found->second;
    if (added && !is_new) *medium = {true, content_of(name), {}};
  }
  const int code = real_vfs()->xOpen(real_vfs(), name, real(file), flags, out_flags);
  LossyFile& opened = of(file);
  opened.base.pMethods = code == SQLITE_OK ? &kMethods : nullptr;
  opened.vfs = &vfs;
  opened.medium = medium;
  opened.syncs_folder = is_new && (flags & SQLITE_OPEN_MAIN_DB) == 0;
  return code;
}

int LossyFile::remove(sqlite3_vfs* self, const char* name, int sync_folder) {
  auto& vfs = *static_cast<LossyVfs*>(self->pAppData);
  const auto medium = vfs.media_.find(name);
  if (medium == vfs.media_.end()) return real_vfs()->xDelete(real_vfs(), name, 0);
  if (const int code = vfs.next_operation(SQLITE_IOERR_DELETE); code != SQLITE_OK) return code;
  medium->second.pending.push_back({LossyVfs::Operation::Kind::remove, 0, {}});
  if (sync_folder != 0) vfs.sync(medium->second, false);
  return real_vfs()->xDelete(real_vfs(), name, 0);
}

int LossyFile::write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  const LossyFile& self = of(file);
  if (self.medium != nullptr) {
    const int code = self.vfs->next_operation(SQLITE_IOERR_WRITE);
    // What was under way when the power went may have reached the medium all the same.
    const bool under_way = code == SQLITE_OK || (self.vfs->is_off() && self.vfs->operations_ == self.vfs->cut_at_);
    if (under_way) {
      self.medium->pending.push_back({LossyVfs::Operation::Kind::write, static_cast<std::uint64_t>(offset),
                                      std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count))});
    }
    if (code != SQLITE_OK) return code;
  }
  return real(file)->pMethods->xWrite(real(file), bytes, count, offset);
}

int LossyFile::truncate(sqlite3_file* file, sqlite3_int64 size) {
  const LossyFile& self = of(file);
  if (self.medium != nullptr) {
    if (const int code = self.vfs->next_operation(SQLITE_IOERR_TRUNCATE); code != SQLITE_OK) return code;
    self.medium->pending.push_back({LossyVfs::Operation::Kind::truncate, static_cast<std::uint64_t>(size), {}});
  }
  return real(file)->pMethods->xTruncate(real(file), size);
}

int LossyFile::sync(sqlite3_file* file, int) {
  LossyFile& self = of(file);
  if (self.medium == nullptr) return SQLITE_OK;
  if (const int code = self.vfs->next_operation(SQLITE_IOERR_FSYNC); code != SQLITE_OK) {
    if (self.vfs->fault_ == LossyVfs::Fault::io_lost && !self.vfs->is_off()) self.medium->pending.clear();
    return code;
  }
  self.vfs->sync(*self.medium, self.syncs_folder);
  self.syncs_folder = false;
  return SQLITE_OK;
}

LossyVfs::LossyVfs() {
  static std::atomic<int> count{0};
  name_ = "lossy-" + std::to_string(++count);
  vfs_ = new sqlite3_vfs(*real_vfs());
  vfs_->iVersion = 2;
  vfs_->szOsFile = static_cast<int>(sizeof(LossyFile)) + real_vfs()->szOsFile;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->pNext = nullptr;
  vfs_->xOpen = LossyFile::open;
  vfs_->xDelete = LossyFile::remove;
  sqlite3_vfs_register(vfs_, 0);
}

LossyVfs::~LossyVfs() {
  sqlite3_vfs_unregister(vfs_);
  delete vfs_;
}

void LossyVfs::fail_at(std::uint64_t number, Fault fault, bool lasting) {
  fail_at_ = number;
  fault_ = fault;
  lasting_ = lasting;
  failed_ = false;
}

int LossyVfs::next_operation(int error) {
  ++operations_;
  if (is_off()) return error;
  if (fail_at_ == 0 || operations_ < fail_at_ || (operations_ > fail_at_ && !lasting_)) return SQLITE_OK;
  failed_ = true;
  return fault_ == Fault::full ? SQLITE_FULL : error;
}

void LossyVfs::Medium::apply(Medium& medium, const Operation& operation) {
  medium.exists = operation.kind != Operation::Kind::remove;
  switch (operation.kind) {
    case Operation::Kind::remove: medium.bytes.clear(); break;
    case Operation::Kind::truncate: medium.bytes.resize(operation.offset); break;
    case Operation::Kind::write:
      medium.bytes.resize(std::max<std::size_t>(medium.bytes.size(), operation.offset + operation.bytes.size()));
      medium.bytes.replace(operation.offset, operation.bytes.size(), operation.bytes);
      break;
  }
}

void LossyVfs::sync(Medium& medium, bool with_folder) {
  for (const Operation& operation : medium.pending) Medium::apply(medium, operation);
  medium.pending.clear();
  if (!with_folder) return;
  for (auto& [path, other] : media_) {
    const auto last = std::find_if(other.pending.rbegin(), other.pending.rend(),
                                   [](const Operation& operation) { return operation.kind == Operation::Kind::remove; });
    if (last == other.pending.rend()) continue;
    Medium::apply(other, *last);
    other.pending.erase(other.pending.begin(), last.base());
  }
}

void LossyVfs::keep_some(Medium& medium, Kept kept, std::mt19937& random) {
  std::vector<Operation>& pending = medium.pending;
  const auto below = [&random](std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit)(random); };
  if (kept == Kept::nothing) pending.clear();
  if (kept == Kept::prefix || kept == Kept::torn) pending.resize(below(pending.size()));
  if (kept == Kept::subset) std::erase_if(pending, [&](const Operation&) { return below(1) == 0; });
  if (kept == Kept::torn && !pending.empty() && pending.back().kind == Operation::Kind::write) {
    std::string& bytes = pending.back().bytes;
    bytes.resize(std::min(bytes.size(), below(bytes.size() / kSector) * kSector));
  }
}

void LossyVfs::settle(Kept kept, std::uint32_t seed) {
  std::mt19937 random(seed);
  for (auto& [path, medium] : media_) {
    keep_some(medium, kept, random);
    for (const Operation& operation : medium.pending) Medium::apply(medium, operation);
    if (medium.exists) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << medium.bytes;
    } else {
      std::filesystem::remove(path);
    }
    // The shared index of a log lives in memory, and goes with the power.
    std::filesystem::remove(path + "-shm");
  }
  media_.clear();
  operations_ = cut_at_ = fail_at_ = 0;
}

}  // namespace greentill::test
