// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/folder/file_bytes.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace greentill::plugin {

FileState FileState::of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

FileBytes::~FileBytes() { ::close(descriptor_); }

std::size_t FileBytes::read_some(std::uint64_t offset, std::span<char> into) const {
  for (;;) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw DiskError(path_.string() + ": it cannot be read: " + std::strerror(errno));
  }
}

std::size_t FileBytes::read(std::span<char> into) {
  const std::size_t got = read_some(offset_, into);
  offset_ += got;
  return got;
}

std::string FileBytes::read_at(std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  for (std::size_t got = 1; got > 0 && have < size; have += got) {
    got = read_some(offset + have, std::span(bytes).subspan(have));
  }
  bytes.resize(have);
  return bytes;
}

FileState FileBytes::state() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw DiskError(path_.string() + ": its state cannot be read");
  if (!S_ISREG(status.st_mode)) throw DiskError(path_.string() + ": it is not a regular file");
  return FileState::of(status);
}

}  // namespace greentill::plugin
