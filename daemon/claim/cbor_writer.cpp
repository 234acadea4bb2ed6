// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/claim/cbor.hpp"

namespace greentill::claim {

void CborWriter::raw(ByteView value) {
  if (!ok_ || value.size() > out_.size() - size_) {
    ok_ = false;
    return;
  }
  std::copy(value.begin(), value.end(), out_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += value.size();
}

void CborWriter::head(CborType type, std::uint64_t argument) {
  const auto major = static_cast<unsigned>(type) << 5;
  Bytes<9> encoded{};
  if (argument < 24) {
    encoded[0] = static_cast<std::uint8_t>(major | argument);
    return raw(ByteView(encoded).first(1));
  }
  const unsigned width_log2 = argument <= 0xff ? 0 : argument <= 0xffff ? 1 : argument <= 0xffffffff ? 2 : 3;
  const std::size_t width = std::size_t{1} << width_log2;
  encoded[0] = static_cast<std::uint8_t>(major | (24 + width_log2));
  for (std::size_t i = 0; i < width; ++i) encoded[width - i] = static_cast<std::uint8_t>(argument >> (8 * i));
  raw(ByteView(encoded).first(1 + width));
}

void CborWriter::integer(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= 0) return head(CborType::unsigned_integer, bits);
  head(CborType::negative_integer, ~bits);
}

void CborWriter::bytes(ByteView value) {
  head(CborType::bytes, value.size());
  raw(value);
}

void CborWriter::text(std::string_view value) {
  head(CborType::text, value.size());
  raw(as_bytes(value));
}

}  // namespace greentill::claim
