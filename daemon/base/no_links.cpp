// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/no_links.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace greentill {
namespace {

namespace fs = std::filesystem;

Failure<Error> failure(const fs::path& at, int number) {
  const ErrorCode code = number == ENOENT                      ? ErrorCode::not_found
                         : number == EACCES || number == EPERM ? ErrorCode::denied
                                                               : ErrorCode::io;
  return fail(code, at.string() + ": it cannot be opened: " + std::generic_category().message(number));
}

/// Goes down a path part by part, each in the folder that is open. openat2(2) with RESOLVE_NO_SYMLINKS would do it in one call;
/// but it does not say which part is a link, nor what lies on the way.
class Walk {
 public:
  Walk(Descriptor from, fs::path at, std::vector<FileId>* passed) : here_(std::move(from)), at_(std::move(at)), passed_(passed) {}

  Status step(const fs::path& part, int flags) {
    at_ /= part;
    Descriptor next(::openat(here_.get(), part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    const int number = errno;
    if (is_link(next ? next.get() : here_.get(), next ? "" : part.c_str())) {
      return fail(ErrorCode::denied, at_.string() + ": it is a link, which is not followed here: name what it leads to");
    }
    if (!next) return failure(at_, number);
    here_ = std::move(next);
    return look();
  }
  Status make(const fs::path& part) const {
    if (::mkdirat(here_.get(), part.c_str(), 0755) == 0 || errno == EEXIST) return Done{};
    return failure(at_ / part, errno);
  }
  Status look() {
    struct stat status {};
    if (::fstat(here_.get(), &status) != 0) return failure(at_, errno);
    if (passed_ != nullptr) passed_->push_back({status.st_dev, status.st_ino});
    return Done{};
  }
  Descriptor take() { return std::move(here_); }

 private:
  static bool is_link(int folder, const char* name) {
    struct stat status {};
    return ::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) == 0 && S_ISLNK(status.st_mode);
  }

  Descriptor here_;
  fs::path at_;
  std::vector<FileId>* passed_;
};

Result<Descriptor> walk(Walk walk, const fs::path& path, int flags, bool make) {
  std::vector<fs::path> parts;
  for (const fs::path& part : path) {
    if (!part.empty() && part != ".") parts.push_back(part);  // it is empty behind a slash at the end
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (Status made = make ? walk.make(parts[i]) : Status(Done{}); !made) return Failure{made.error()};
    const bool last = i + 1 == parts.size();
    if (Status stepped = walk.step(parts[i], last ? flags : O_PATH | O_DIRECTORY); !stepped) return Failure{stepped.error()};
  }
  return walk.take();
}

Result<Descriptor> from_root(const fs::path& path, int flags, bool make, std::vector<FileId>* passed) {
  const fs::path plain = path.lexically_normal();
  if (!plain.is_absolute()) return fail(ErrorCode::invalid, path.string() + ": it is no absolute path");
  Descriptor root(::open("/", (plain.has_relative_path() ? O_PATH : flags) | O_DIRECTORY | O_CLOEXEC));
  if (!root) return failure("/", errno);
  Walk begin(std::move(root), "/", passed);
  if (Status looked = begin.look(); !looked) return Failure{looked.error()};
  return walk(std::move(begin), plain.relative_path(), flags, make);
}

}  // namespace

Result<Descriptor> open_without_links(const fs::path& path, int flags, std::vector<FileId>* passed) {
  return from_root(path, flags, false, passed);
}

Result<Descriptor> make_folder_without_links(const fs::path& path, int flags, std::vector<FileId>* passed) {
  return from_root(path, flags | O_DIRECTORY, true, passed);
}

Result<Descriptor> make_folder_below(int folder, const fs::path& path, int flags) {
  const fs::path plain = path.lexically_normal();
  if (plain.is_absolute() || *plain.begin() == "..") {
    return fail(ErrorCode::invalid, path.string() + ": it does not lie below its folder");
  }
  Descriptor from(::fcntl(folder, F_DUPFD_CLOEXEC, 0));
  if (!from) return failure(path, errno);
  return walk(Walk(std::move(from), {}, nullptr), plain, flags | O_DIRECTORY, true);
}

}  // namespace greentill
