// SPDX-License-Identifier: Apache-2.0
// Unsigned numbers in little-endian bytes, one behind the other: the journal's records and the dock link's frames.
#pragma once

#include <algorithm>
#include <concepts>

#include "daemon/base/bytes.hpp"

namespace greentill::firmware {

/// Writes into a buffer of the caller's. What does not fit is left out, and ok() is false from then on.
class ByteWriter {
 public:
  explicit ByteWriter(MutableBytes out) : out_(out) {}

  template <std::unsigned_integral T>
  ByteWriter& put(T value) {
    Bytes<sizeof(T)> bytes{};
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> 8 * i);
    return put(ByteView(bytes));
  }
  ByteWriter& put(std::int64_t value) { return put(static_cast<std::uint64_t>(value)); }
  ByteWriter& put(ByteView bytes) {
    ok_ = ok_ && bytes.size() <= out_.size() - size_;
    if (ok_) {
      std::copy(bytes.begin(), bytes.end(), out_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += bytes.size();
    }
    return *this;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] ByteView written() const { return out_.first(size_); }

 private:
  MutableBytes out_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

/// Reads from a buffer of the caller's. Where bytes are missing it reads zeros, and ok() is false from then on.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  template <std::unsigned_integral T>
  T get() {
    std::uint64_t value = 0;
    const ByteView bytes = take(sizeof(T));
    for (std::size_t i = 0; i < bytes.size(); ++i) value |= static_cast<std::uint64_t>(bytes[i]) << 8 * i;
    return static_cast<T>(value);
  }
  std::int64_t get_signed() { return static_cast<std::int64_t>(get<std::uint64_t>()); }
  /// The next bytes; empty where there are fewer. Lifetime: the buffer's.
  ByteView take(std::size_t size) {
    ok_ = ok_ && size <= bytes_.size();
    if (!ok_) return {};
    const ByteView taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  template <std::size_t N>
  Bytes<N> fixed() {
    Bytes<N> out{};
    const ByteView bytes = take(N);
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
  }
  [[nodiscard]] ByteView rest() const { return bytes_; }
  [[nodiscard]] bool ok() const { return ok_; }
  /// All was there, and nothing is left.
  [[nodiscard]] bool done() const { return ok_ && bytes_.empty(); }

 private:
  ByteView bytes_;
  bool ok_ = true;
};

}  // namespace greentill::firmware
