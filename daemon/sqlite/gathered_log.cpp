// SPDX-License-Identifier: Apache-2.0
#include "daemon/sqlite/gathered_log.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace greentill::sqlite {
namespace {

constexpr std::size_t kMostGathered = 64u << 10;

sqlite3_vfs* real_vfs(sqlite3_vfs* self) { return static_cast<sqlite3_vfs*>(self->pAppData); }

/// Lies in front of the real log's own file.
struct LogFile {
  sqlite3_file base;
  std::vector<std::uint8_t>* gathered;  // owned: SQLite has the memory of this object
  sqlite3_int64 at;                     // where they belong in the file

  static LogFile& of(sqlite3_file* file) { return *reinterpret_cast<LogFile*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&of(file) + 1); }

  /// Writes what was gathered. What could not be written is dropped: SQLite then takes its transaction back.
  static int write_gathered(sqlite3_file* file) {
    std::vector<std::uint8_t>& bytes = *of(file).gathered;
    if (bytes.empty()) return SQLITE_OK;
    const int code = real(file)->pMethods->xWrite(real(file), bytes.data(), static_cast<int>(bytes.size()), of(file).at);
    bytes.clear();
    return code;
  }
  static bool gather(LogFile& log, const void* bytes, std::size_t count, sqlite3_int64 offset) {
    try {
      const auto* first = static_cast<const std::uint8_t*>(bytes);
      if (log.gathered->empty()) log.at = offset;
      log.gathered->insert(log.gathered->end(), first, first + count);
      return true;
    } catch (const std::bad_alloc&) {
      return false;  // an insert at the end that fails changes nothing
    }
  }

  static int close(sqlite3_file* file) {
    const int written = write_gathered(file);
    delete of(file).gathered;
    const int closed = real(file)->pMethods->xClose(real(file));
    return written != SQLITE_OK ? written : closed;
  }
  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    LogFile& log = of(file);
    const auto size = static_cast<std::size_t>(count);
    const std::size_t before = log.gathered->size();
    const bool goes_on = before == 0 || offset == log.at + static_cast<sqlite3_int64>(before);
    if (!goes_on || before + size > kMostGathered) {
      if (const int code = write_gathered(file); code != SQLITE_OK) return code;
    }
    if (size <= kMostGathered && gather(log, bytes, size, offset)) return SQLITE_OK;
    const int code = write_gathered(file);
    return code != SQLITE_OK ? code : real(file)->pMethods->xWrite(real(file), bytes, count, offset);
  }
  static int read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
    const int code = write_gathered(file);
    return code != SQLITE_OK ? code : real(file)->pMethods->xRead(real(file), into, count, offset);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const int code = write_gathered(file);
    return code != SQLITE_OK ? code : real(file)->pMethods->xTruncate(real(file), size);
  }
  static int sync(sqlite3_file* file, int flags) {
    const int code = write_gathered(file);
    return code != SQLITE_OK ? code : real(file)->pMethods->xSync(real(file), flags);
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) {
    const int code = write_gathered(file);
    return code != SQLITE_OK ? code : real(file)->pMethods->xFileSize(real(file), size);
  }
  static int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
  static int unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
  static int is_reserved(sqlite3_file* file, int* out) { return real(file)->pMethods->xCheckReservedLock(real(file), out); }
  static int control(sqlite3_file* file, int code, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), code, argument);
  }
  static int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
  static int characteristics(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
};

// Version 1: of a log SQLite asks neither for shared memory nor for a memory map.
constexpr sqlite3_io_methods kMethods = {1,
                                         LogFile::close,
                                         LogFile::read,
                                         LogFile::write,
                                         LogFile::truncate,
                                         LogFile::sync,
                                         LogFile::size,
                                         LogFile::lock,
                                         LogFile::unlock,
                                         LogFile::is_reserved,
                                         LogFile::control,
                                         LogFile::sector_size,
                                         LogFile::characteristics,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr};

int open_file(sqlite3_vfs* self, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* const vfs = real_vfs(self);
  if ((flags & SQLITE_OPEN_WAL) == 0) return vfs->xOpen(vfs, name, file, flags, out_flags);
  file->pMethods = nullptr;
  std::unique_ptr<std::vector<std::uint8_t>> gathered(new (std::nothrow) std::vector<std::uint8_t>);
  if (!gathered) return SQLITE_NOMEM;
  sqlite3_file* const real = LogFile::real(file);
  const int code = vfs->xOpen(vfs, name, real, flags, out_flags);
  if (code != SQLITE_OK) {
    if (real->pMethods != nullptr) real->pMethods->xClose(real);
    return code;
  }
  LogFile& log = LogFile::of(file);
  log.base.pMethods = &kMethods;
  log.gathered = gathered.release();
  log.at = 0;
  return SQLITE_OK;
}

/// The real one's functions get the real one, whose own data they look at.
sqlite3_vfs in_front_of(sqlite3_vfs* real, const char* name) {
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(LogFile)) + real->szOsFile;
  vfs.mxPathname = real->mxPathname;
  vfs.zName = name;
  vfs.pAppData = real;
  vfs.xOpen = open_file;
  vfs.xDelete = [](sqlite3_vfs* self, const char* file, int syncs) {
    return real_vfs(self)->xDelete(real_vfs(self), file, syncs);
  };
  vfs.xAccess = [](sqlite3_vfs* self, const char* file, int flags, int* out) {
    return real_vfs(self)->xAccess(real_vfs(self), file, flags, out);
  };
  vfs.xFullPathname = [](sqlite3_vfs* self, const char* file, int size, char* out) {
    return real_vfs(self)->xFullPathname(real_vfs(self), file, size, out);
  };
  vfs.xRandomness = [](sqlite3_vfs* self, int size, char* out) { return real_vfs(self)->xRandomness(real_vfs(self), size, out); };
  vfs.xSleep = [](sqlite3_vfs* self, int us) { return real_vfs(self)->xSleep(real_vfs(self), us); };
  vfs.xCurrentTime = [](sqlite3_vfs* self, double* now) { return real_vfs(self)->xCurrentTime(real_vfs(self), now); };
  vfs.xGetLastError = [](sqlite3_vfs* self, int size, char* out) {
    return real_vfs(self)->xGetLastError(real_vfs(self), size, out);
  };
  vfs.xCurrentTimeInt64 = [](sqlite3_vfs* self, sqlite3_int64* now) {
    return real_vfs(self)->xCurrentTimeInt64(real_vfs(self), now);
  };
  return vfs;
}

}  // namespace

std::string with_gathered_log(const std::string& vfs) {
  // Never unregistered: connections may outlive whatever would do it.
  static std::mutex mutex;
  static std::map<std::string, sqlite3_vfs>& registered = *new std::map<std::string, sqlite3_vfs>;
  const std::lock_guard lock(mutex);
  sqlite3_vfs* const real = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if (real == nullptr || real->iVersion < 2) return vfs;
  const auto [entry, added] = registered.try_emplace("gathered-log:" + std::string(real->zName));
  if (!added) return entry->first;
  entry->second = in_front_of(real, entry->first.c_str());
  return sqlite3_vfs_register(&entry->second, 0) == SQLITE_OK ? entry->first : vfs;
}

}  // namespace greentill::sqlite
