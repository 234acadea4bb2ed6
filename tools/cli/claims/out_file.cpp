// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/claims/out_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace greentill::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as many as Linux follows
constexpr mode_t kModeBits = 07777;
constexpr mode_t kNewFile = 0666;  // the umask is applied to it

/// The path behind symbolic links, which may name a file that does not exist yet.
fs::path behind_links(fs::path path) {
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(path, error)); ++i) {
    const fs::path next = fs::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / next;  // an absolute `next` replaces the folder
  }
  return path;
}

/// fsync() that does not count as failed where it is not possible: for pipes and devices, and for the folders of some file
/// systems.
bool sync(int descriptor) { return ::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP; }

}  // namespace

OutFile::OutFile(const fs::path& target) : target_(behind_links(target)) {
  struct stat there {};
  struct stat behind {};
  const bool exists = ::stat(target.c_str(), &there) == 0;
  // A link in /proc to an open file may lead to a name that is gone or is another file's.
  const bool same =
      exists && ::stat(target_.c_str(), &behind) == 0 && there.st_dev == behind.st_dev && there.st_ino == behind.st_ino;
  if (exists && (!S_ISREG(there.st_mode) || !same)) {
    target_ = target;
    descriptor_ = ::open(target.c_str(), O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC);
    if (descriptor_ < 0) status_ = fail_here(target_, "cannot be opened for writing");
    return;
  }
  open_part();
  // The new file gets the old one's mode: whoever may not read the old content must not read the new one.
  if (exists && descriptor_ >= 0 && ::fchmod(descriptor_, there.st_mode & kModeBits) != 0) {
    status_ = fail_here(part_, "cannot be given the mode of the file it replaces");
  }
}

OutFile::~OutFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!part_.empty()) ::unlink(part_.c_str());
}

void OutFile::open_part() {
  part_ = target_;
  part_ += ".part";
  descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kNewFile);
  if (descriptor_ < 0) status_ = fail_here(part_, "cannot be created");
}

Status OutFile::fail_here(const fs::path& path, const char* what) {
  const int number = errno;
  const ErrorCode code = number == ENOSPC || number == EDQUOT ? ErrorCode::full : ErrorCode::io;
  return fail(code, path.string() + ": " + what + ": " + std::generic_category().message(number));
}

bool OutFile::write(std::string_view bytes) {
  while (status_ && !bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      status_ = fail_here(target_, "cannot be written to its end");
    } else {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  return static_cast<bool>(status_);
}

Status OutFile::keep() {
  if (!status_) return status_;
  if (!sync(descriptor_)) return status_ = fail_here(target_, "cannot be written to its end");
  if (!part_.empty() && ::rename(part_.c_str(), target_.c_str()) != 0)
    return status_ = fail_here(target_, "cannot be put in place");
  // The part file has its final name now, and must not be removed.
  const int written = descriptor_;
  descriptor_ = -1;
  if (::close(written) != 0) return status_ = fail_here(target_, "cannot be written to its end");
  if (!part_.empty() && !sync_folder()) return status_ = fail_here(target_, "its folder cannot be synced");
  return Done{};
}

bool OutFile::sync_folder() {
  const fs::path folder = target_.has_parent_path() ? target_.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // The folder may be written but not read: it cannot be opened for syncing.
  if (descriptor < 0) return errno == EACCES;
  const bool synced = sync(descriptor);
  const int number = errno;
  ::close(descriptor);
  errno = number;
  return synced;
}

bool is_standard_output(const fs::path& path) {
  if (path == "-") return true;
  struct stat named {};
  struct stat standard {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &standard) == 0 && named.st_dev == standard.st_dev &&
         named.st_ino == standard.st_ino;
}

}  // namespace greentill::cli
