// SPDX-License-Identifier: Apache-2.0
#include "daemon/sqlite/log_frames.hpp"

#include <unistd.h>

namespace greentill::sqlite {
namespace {

constexpr std::size_t kFrameHeader = 24;
constexpr std::uint32_t kLogMagic = 0x377f0682;  // its lowest bit: checksums read big-endian words

/// The two sums that run through header and frames.
class Sums {
 public:
  explicit Sums(bool big_endian) : big_endian_(big_endian) {}
  /// Requires: a multiple of eight bytes.
  void add(ByteView bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
      first_ += word_at(bytes, at, big_endian_) + second_;
      second_ += word_at(bytes, at + 4, big_endian_) + first_;
    }
  }
  [[nodiscard]] bool match(ByteView bytes, std::size_t at) const {
    return word_at(bytes, at) == first_ && word_at(bytes, at + 4) == second_;
  }

 private:
  bool big_endian_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

Sums sums_of(ByteView header) {
  Sums sums((word_at(header, 0) & 1) != 0);
  sums.add(header.first(kLogHeader - 8));
  return sums;
}

bool read_whole(const Descriptor& file, std::uint64_t offset, std::vector<std::uint8_t>& into) {
  return ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset)) == static_cast<ssize_t>(into.size());
}

}  // namespace

std::uint32_t word_at(ByteView bytes, std::size_t at, bool big_endian) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | bytes[big_endian ? at + i : at + 3 - i];
  return word;
}

bool is_log_header(ByteView header) {
  return (word_at(header, 0) & ~1U) == kLogMagic && sums_of(header).match(header, kLogHeader - 8);
}

LogFrames frames_of(const Descriptor& log, std::size_t page_size) {
  LogFrames frames;
  std::vector<std::uint8_t> header(kLogHeader);
  const bool readable = read_whole(log, 0, header);
  bool sound = readable && is_log_header(header) && word_at(header, 8) == page_size;
  Sums sums = sums_of(header);
  std::vector<std::uint8_t> frame(kFrameHeader + page_size);
  for (std::uint64_t at = kLogHeader; read_whole(log, at, frame); at += frame.size()) {
    sums.add(ByteView(frame).first(8));
    sums.add(ByteView(frame).subspan(kFrameHeader));
    const bool salted = word_at(frame, 8) == word_at(header, 16) && word_at(frame, 12) == word_at(header, 20);
    sound = sound && salted && sums.match(frame, 16);
    frames.others.push_back({word_at(frame, 0), at + kFrameHeader});
    if (!sound || word_at(frame, 4) == 0) continue;
    frames.taken.insert(frames.taken.end(), frames.others.begin(), frames.others.end());
    frames.others.clear();
  }
  return frames;
}

}  // namespace greentill::sqlite
