// SPDX-License-Identifier: Apache-2.0
#include "firmware/port/mps2/semihosting.hpp"

#include <algorithm>
#include <cstring>

namespace greentill::firmware {
namespace {

enum Operation : std::uint32_t { open_file = 0x01, write_file = 0x05, read_file = 0x06, seek_file = 0x0a };

std::int32_t call(Operation operation, const std::uint32_t* arguments) {
  register std::uint32_t r0 asm("r0") = operation;
  register const std::uint32_t* r1 asm("r1") = arguments;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return static_cast<std::int32_t>(r0);
}

std::uint32_t address_of(const void* pointer) { return reinterpret_cast<std::uint32_t>(pointer); }

}  // namespace

bool HostedFile::open(const char* name, std::uint32_t mode) {
  const std::uint32_t arguments[] = {address_of(name), mode, static_cast<std::uint32_t>(std::strlen(name))};
  handle_ = call(open_file, arguments);
  return handle_ >= 0;
}

bool HostedFile::read(std::uint32_t at, MutableBytes out) {
  const std::uint32_t arguments[] = {static_cast<std::uint32_t>(handle_), at};
  return call(seek_file, arguments) == 0 && read_on(out);
}

bool HostedFile::read_on(MutableBytes out) {
  // The answer is how many bytes were not read.
  const std::uint32_t arguments[] = {static_cast<std::uint32_t>(handle_), address_of(out.data()), out.size()};
  return call(read_file, arguments) == 0;
}

bool HostedFile::write(std::uint32_t at, ByteView bytes) {
  const std::uint32_t place[] = {static_cast<std::uint32_t>(handle_), at};
  const std::uint32_t arguments[] = {static_cast<std::uint32_t>(handle_), address_of(bytes.data()), bytes.size()};
  return call(seek_file, place) == 0 && call(write_file, arguments) == 0;
}

bool HostedFlash::program(std::uint32_t address, ByteView words) {
  // Several words at once: each call of the host takes longer than a word of a board's flash.
  for (std::size_t at = 0; at < words.size();) {
    Bytes<64> memory{};
    const MutableBytes cells = MutableBytes(memory).first(std::min(memory.size(), words.size() - at));
    const std::uint32_t place = address + static_cast<std::uint32_t>(at);
    if (!file_.read(place, cells)) return false;
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = static_cast<std::uint8_t>(cells[i] & words[at + i]);
    if (!file_.write(place, cells)) return false;
    at += cells.size();
  }
  return true;
}

bool HostedFlash::erase(std::uint32_t sector) {
  Bytes<64> ones{};
  ones.fill(0xff);
  for (std::uint32_t at = 0; at < kSectorBytes; at += static_cast<std::uint32_t>(ones.size())) {
    if (!file_.write(sector * kSectorBytes + at, ones)) return false;
  }
  return true;
}

}  // namespace greentill::firmware
