// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/base/descriptors.hpp"

#include "daemon/base/descriptor.hpp"

namespace greentill {
namespace {

Failure<Error> system_failure(const std::filesystem::path& path, std::string_view what) {
  const int number = errno;
  const ErrorCode code = number == ENOENT                       ? ErrorCode::not_found
                         : number == EACCES                     ? ErrorCode::denied
                         : number == ENOSPC || number == EDQUOT ? ErrorCode::full
                                                                : ErrorCode::io;
  return fail(code, path.string() + ": " + std::string(what) + ": " + system_words(number));
}

Status write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure(path, "cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Done{};
}

Status write_and_sync(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (file.get() < 0) return system_failure(path, "cannot create");
  if (::fchmod(file.get(), mode) != 0) return system_failure(path, "cannot set its mode");
  if (Status written = write_all(file.get(), bytes, path); !written) return written;
  if (::fsync(file.get()) != 0 || !file.close()) return system_failure(path, "cannot sync");
  return Done{};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_failure(path, "cannot open");
  std::string content;
  char buffer[16384];
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(path, "cannot read");
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > limit) {
      return fail(ErrorCode::invalid, path.string() + ": larger than the " + std::to_string(limit) + " bytes allowed here");
    }
  }
}

Status write_file_durably(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  const std::filesystem::path temporary = path.string() + ".new";
  if (Status written = write_and_sync(temporary, bytes, mode); !written) {
    ::unlink(temporary.c_str());  // a half-written file takes room on a full disk, and may hold part of a secret
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    Failure<Error> failure = system_failure(path, "cannot replace");
    ::unlink(temporary.c_str());
    return failure;
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return system_failure(folder, "cannot sync the folder");
  return Done{};
}

}  // namespace greentill
