// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/slots.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/base/descriptors.hpp"
#include "daemon/base/file.hpp"

namespace greentill::identity {
namespace {

constexpr mode_t kOwnerAlone = 0700;

Failure<Error> cannot(const std::filesystem::path& path, const char* what) {
  const int number = errno;
  return fail(number == EACCES || number == EPERM ? ErrorCode::denied
              : number == ENOSPC                  ? ErrorCode::full
                                                  : ErrorCode::io,
              path.string() + ": cannot " + what + ": " + system_words(number));
}

Status sync_folder(const std::filesystem::path& folder) {
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return cannot(folder, "sync the folder");
  return Done{};
}

Status make_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), kOwnerAlone) == 0) return sync_folder(folder.has_parent_path() ? folder.parent_path() : ".");
  return errno == EEXIST ? Status(Done{}) : Status(cannot(folder, "make the folder"));
}

}  // namespace

Status Slots::prepare() const {
  for (const std::filesystem::path& one : {folder_, in(Slot::a), in(Slot::b)}) {
    if (Status made = make_folder(one); !made) return made;
  }
  return Done{};
}

Result<Descriptor> Slots::lock() const {
  Descriptor file(::open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return cannot(folder_ / "lock", "open");
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  return fail(ErrorCode::conflict, folder_.string() +
                                       ": another program changes this identity now: a greentilld that renews it, "
                                       "or a greentill enrol; wait for it, or end it");
}

Result<std::optional<Slot>> Slots::current() const {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(folder_ / "current", error);
  if (error == std::errc::no_such_file_or_directory) return std::optional<Slot>();
  if (!error && target == "a") return std::optional(Slot::a);
  if (!error && target == "b") return std::optional(Slot::b);
  return fail(ErrorCode::corrupt, (folder_ / "current").string() +
                                      ": is no link to the slot a or b of this folder; which of them "
                                      "holds the valid certificate? Link it: ln -sfn a " +
                                      (folder_ / "current").string());
}

Result<Slot> Slots::spare() const {
  const auto used = current();
  if (!used) return Failure{used.error()};
  return *used ? other(**used) : Slot::a;
}

Status Slots::drop_certificate(Slot slot) const {
  if (::unlink(certificate(slot).c_str()) == 0) return sync_folder(in(slot));
  return errno == ENOENT ? Status(Done{}) : Status(cannot(certificate(slot), "remove"));
}

Status Slots::store_key(Slot slot, const Vault& vault, ByteView key_text, Random& random) const {
  if (Status dropped = drop_certificate(slot); !dropped) return dropped;
  return vault.write(key(slot), kDeviceKeyName, key_text, random);
}

Status Slots::store_certificate(Slot slot, std::string_view pem) const {
  return write_file_durably(certificate(slot), pem, 0644);
}

Status Slots::promote(Slot slot) const {
  const std::filesystem::path link = folder_ / "current";
  const std::filesystem::path next = folder_ / "current.new";
  const char name[] = {static_cast<char>(slot), '\0'};
  if (::unlink(next.c_str()) != 0 && errno != ENOENT) return cannot(next, "remove");
  if (::symlink(name, next.c_str()) != 0) return cannot(next, "make the link");
  if (::rename(next.c_str(), link.c_str()) != 0) return cannot(link, "replace");
  return sync_folder(folder_);
}

Status Slots::promote_anchors() const {
  if (::rename(next_anchors().c_str(), anchors().c_str()) != 0) return cannot(anchors(), "replace");
  return sync_folder(folder_);
}

Result<MemoryFile> MemoryFile::of(ByteView content) {
  Descriptor file(::memfd_create("device.key", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return cannot("a file in memory", "make it");
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("a file in memory", "write");
    content = content.subspan(static_cast<std::size_t>(count));
  }
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
    return cannot("a file in memory", "seal");
  }
  return MemoryFile(std::move(file));
}

Status MemoryFile::become(const MemoryFile& other) {
  if (::dup3(other.file_.get(), file_.get(), O_CLOEXEC) < 0) return cannot("a file in memory", "put in another's place");
  return Done{};
}

std::filesystem::path MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(file_.get()); }

}  // namespace greentill::identity
