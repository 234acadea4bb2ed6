// SPDX-License-Identifier: Apache-2.0
#include "firmware/port/host/host_board.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace greentill::firmware {
namespace {

Failure<Error> failed(const std::string& what, const std::string& path) {
  return fail(ErrorCode::io, what + " " + path + ": " + std::strerror(errno));
}

bool write_all(int file, std::uint32_t address, ByteView bytes) {
  return ::pwrite(file, bytes.data(), bytes.size(), address) == static_cast<ssize_t>(bytes.size());
}

}  // namespace

Result<std::unique_ptr<FileFlash>> FileFlash::open(const std::string& path, std::uint32_t sectors, std::uint32_t sector_size) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0) return failed("cannot open the flash", path);
  const std::size_t size = std::size_t{sectors} * sector_size;
  if (found.st_size == 0) {
    if (!write_all(file.get(), 0, std::vector<std::uint8_t>(size, 0xff))) return failed("cannot write the flash", path);
  } else if (static_cast<std::size_t>(found.st_size) != size) {
    return fail(ErrorCode::corrupt, "the flash " + path + " has another size than " + std::to_string(size) + " bytes");
  }
  return std::unique_ptr<FileFlash>(new FileFlash(std::move(file), sectors, sector_size));
}

bool FileFlash::read(std::uint32_t address, MutableBytes out) {
  return ::pread(file_.get(), out.data(), out.size(), address) == static_cast<ssize_t>(out.size());
}

bool FileFlash::program(std::uint32_t address, ByteView words) {
  std::vector<std::uint8_t> cells(words.size());
  if (!read(address, cells)) return false;
  std::transform(words.begin(), words.end(), cells.begin(), cells.begin(),
                 [](std::uint8_t word, std::uint8_t cell) { return static_cast<std::uint8_t>(word & cell); });
  return write_all(file_.get(), address, cells);
}

bool FileFlash::erase(std::uint32_t sector) {
  return write_all(file_.get(), sector * sector_size_, std::vector<std::uint8_t>(sector_size_, 0xff));
}

bool HostEntropy::fill(MutableBytes out) { return ::getrandom(out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()); }

}  // namespace greentill::firmware
