// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/cobs.hpp"

namespace greentill::firmware {

std::optional<std::size_t> cobs_encode(ByteView plain, MutableBytes out) {
  if (out.empty()) return std::nullopt;
  std::size_t size = 1;
  std::size_t code_at = 0;
  std::uint8_t code = 1;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] != 0) {
      if (size == out.size()) return std::nullopt;
      out[size++] = plain[i];
      ++code;
    }
    // A group of 254 bytes stands for no zero; where it is the last, no further one follows.
    if (plain[i] == 0 || (code == 0xff && i + 1 < plain.size())) {
      if (size == out.size()) return std::nullopt;
      out[code_at] = code;
      code_at = size++;
      code = 1;
    }
  }
  out[code_at] = code;
  return size;
}

std::optional<std::size_t> cobs_decode(MutableBytes bytes) {
  if (bytes.empty()) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint8_t code = bytes[at++];
    if (code == 0 || at + code - 1u > bytes.size()) return std::nullopt;
    for (std::uint8_t i = 1; i < code; ++i) {
      if (bytes[at] == 0) return std::nullopt;
      bytes[size++] = bytes[at++];
    }
    if (code != 0xff && at < bytes.size()) bytes[size++] = 0;
  }
  return size;
}

}  // namespace greentill::firmware
