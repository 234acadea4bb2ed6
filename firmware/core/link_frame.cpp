// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/link_frame.hpp"

#include "firmware/core/crc32.hpp"
#include "firmware/core/little_endian.hpp"

namespace greentill::firmware {

std::optional<std::size_t> encode_frame(const Frame& frame, MutableBytes out) {
  Bytes<3 + kMostContent + 4> plain{};
  ByteWriter writer(plain);
  writer.put(frame.version).put(frame.kind).put(frame.number).put(frame.content);
  writer.put(crc32(writer.written()));
  if (!writer.ok() || out.empty()) return std::nullopt;
  const auto size = cobs_encode(writer.written(), out.first(out.size() - 1));
  if (!size) return std::nullopt;
  out[*size] = 0;
  return *size + 1;
}

std::optional<Frame> FrameReader::take(std::uint8_t byte) {
  if (byte != 0) {
    too_long_ = too_long_ || size_ == bytes_.size();
    if (!too_long_) bytes_[size_++] = byte;
    return std::nullopt;
  }
  const std::size_t size = size_;
  const bool whole = !too_long_;
  size_ = 0;
  too_long_ = false;
  if (whole && size == 0) return std::nullopt;  // zeros between frames mean nothing
  const auto found = whole ? frame(size) : std::nullopt;
  if (!found) ++damaged_;
  return found;
}

std::optional<Frame> FrameReader::frame(std::size_t size) {
  const auto plain = cobs_decode(MutableBytes(bytes_).first(size));
  if (!plain || *plain < 3 + 4) return std::nullopt;
  const ByteView covered = ByteView(bytes_).first(*plain - 4);
  if (ByteReader(ByteView(bytes_).subspan(*plain - 4)).get<std::uint32_t>() != crc32(covered)) return std::nullopt;
  return Frame{covered[0], covered[1], covered[2], covered.subspan(3)};
}

}  // namespace greentill::firmware
