// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/folder/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

#include "daemon/base/no_links.hpp"

namespace greentill::plugin {
namespace {

namespace fs = std::filesystem;

constexpr int kAsFolder = O_RDONLY | O_DIRECTORY;
// So that a number and an ending have room behind it: a file system takes 255 bytes.
constexpr std::size_t kLongestNumbered = 220;
constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE

std::string numbered(const std::string& name, std::uint64_t number, std::string_view ending) {
  if (number < 2 && ending.empty()) return name;
  return name.substr(0, kLongestNumbered) + (number < 2 ? "" : "." + std::to_string(number));
}

/// 0 or errno; EEXIST where the new name is taken.
int rename_to_free(int from_folder, const std::string& from, int to_folder, const std::string& to) {
  if (::syscall(SYS_renameat2, from_folder, from.c_str(), to_folder, to.c_str(), kNoReplace) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // This file system cannot do it in one step; that the name was free just now must do.
  return ::renameat(from_folder, from.c_str(), to_folder, to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Result<Folder> Folder::open(const fs::path& path) {
  auto opened = open_without_links(fs::absolute(path), kAsFolder);
  if (!opened) return Failure{opened.error()};
  return Folder(std::move(*opened), path);
}

Result<Folder> Folder::make(const fs::path& path, const Folder& above) {
  const fs::path below = path.lexically_relative(above.path());
  const bool is_below = !below.empty() && *below.begin() != "..";
  auto opened = is_below ? make_folder_below(above.descriptor(), below, kAsFolder)
                         : make_folder_without_links(fs::absolute(path), kAsFolder);
  if (!opened) return Failure{opened.error()};
  return Folder(std::move(*opened), path);
}

bool Folder::is_in_place() const {
  struct stat here {};
  struct stat there {};
  return ::fstat(descriptor_.get(), &here) == 0 && ::stat(path_.c_str(), &there) == 0 && here.st_dev == there.st_dev &&
         here.st_ino == there.st_ino;
}

void Folder::each(const std::function<void(const dirent& entry)>& use) const {
  const int again = ::openat(descriptor_.get(), ".", kAsFolder | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(again < 0 ? nullptr : ::fdopendir(again), &::closedir);
  if (!folder) give_up("", "the folder cannot be read", errno);
  for (errno = 0; const dirent* entry = ::readdir(folder.get()); errno = 0) use(*entry);
  if (errno != 0) give_up("", "the folder cannot be read", errno);
}

void Folder::each_file(const std::function<void(std::string name)>& use) const {
  each([&](const dirent& entry) {
    if (entry.d_type == DT_REG || (entry.d_type == DT_UNKNOWN && state(entry.d_name))) use(entry.d_name);
  });
}

std::optional<FileState> Folder::state(const std::string& name) const {
  struct stat status {};
  if (::fstatat(descriptor_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  if (status.st_nlink > 1 && status.st_uid == ::geteuid()) return std::nullopt;
  return FileState::of(status);
}

Descriptor Folder::open_file(const std::string& name) const {
  return Descriptor(::openat(descriptor_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

bool Folder::is_free(const std::string& name) const {
  struct stat status {};
  if (::fstatat(descriptor_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return false;
  if (errno == ENOENT) return true;
  give_up(name, "it cannot be looked for", errno);
}

std::string Folder::free_name(const std::string& name, std::string_view ending) const {
  const auto free_at = [&](std::uint64_t number) {
    const std::string tried = numbered(name, number, ending);
    return is_free(tried) && (ending.empty() || is_free(tried + std::string(ending)));
  };
  // A till that gives every file the same name must not cost more with each: doubled until one is free, and halved between.
  std::uint64_t taken = 0;
  std::uint64_t free = 1;
  while (!free_at(free)) free = 2 * (taken = free);
  while (free - taken > 1) {
    const std::uint64_t middle = taken + (free - taken) / 2;
    (free_at(middle) ? free : taken) = middle;
  }
  return numbered(name, free, ending);
}

std::string Folder::move(const std::string& from, const Folder& to, const std::string& name, std::string_view ending) const {
  for (;;) {
    std::string target = to.free_name(name, ending);
    const int error = rename_to_free(descriptor_.get(), from, to.descriptor_.get(), target);
    if (error == 0) return target;
    if (error == EXDEV) {
      throw std::runtime_error((to.path_ / target).string() + ": it must be on the same file system as " +
                               (path_ / from).string());
    }
    if (error != EEXIST) give_up(from, "it cannot be moved to " + to.path_.string(), error);
  }
}

void Folder::write_new(const std::string& name, std::string_view text) const {
  Descriptor file(::openat(descriptor_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file) give_up(name, "it cannot be made", errno);
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (text.empty() && ::fsync(file.get()) == 0 && file.close()) return;
  const int error = errno;
  (void)remove(name);
  give_up(name, "it cannot be written", error);
}

int Folder::remove(const std::string& name) const { return ::unlinkat(descriptor_.get(), name.c_str(), 0) == 0 ? 0 : errno; }

void Folder::sync() const {
  // Some network file systems cannot sync a folder and report EINVAL.
  if (::fsync(descriptor_.get()) != 0 && errno != EINVAL) give_up("", "the folder cannot be made durable", errno);
}

void Folder::give_up(const std::string& name, std::string_view what, int error) const {
  const fs::path at = name.empty() ? path_ : path_ / name;
  throw std::runtime_error(at.string() + ": " + std::string(what) + ": " + std::strerror(error));
}

}  // namespace greentill::plugin
