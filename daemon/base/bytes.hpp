// SPDX-License-Identifier: Apache-2.0
// Views of bytes and containers of fixed capacity. Nothing here allocates or throws, so that the firmware compiles it too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace greentill {

using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;
template <std::size_t N>
using Bytes = std::array<std::uint8_t, N>;
using Digest = Bytes<32>;

/// The bytes of a text, without its terminator. Lifetime: the text's.
inline ByteView as_bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// The bytes read as text; no check that they are UTF-8. Lifetime: the bytes'.
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Up to N values in place. push_back past the capacity returns false and changes nothing.
template <typename T, std::size_t N>
class FixedVector {
 public:
  [[nodiscard]] constexpr bool push_back(const T& value) {
    if (size_ == N) return false;
    items_[size_++] = value;
    return true;
  }
  constexpr void clear() { size_ = 0; }
  [[nodiscard]] constexpr std::size_t size() const { return size_; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] static constexpr std::size_t capacity() { return N; }
  constexpr const T& operator[](std::size_t index) const { return items_[index]; }
  constexpr T& operator[](std::size_t index) { return items_[index]; }
  constexpr const T* begin() const { return items_.data(); }
  constexpr const T* end() const { return items_.data() + size_; }
  constexpr T* begin() { return items_.data(); }
  constexpr T* end() { return items_.data() + size_; }

 private:
  std::array<T, N> items_{};
  std::size_t size_ = 0;
};

}  // namespace greentill
