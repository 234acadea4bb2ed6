// SPDX-License-Identifier: Apache-2.0
// What a statement is run with, as libpq takes it: integers as digits, whatever width the column has; texts and bytes as they
// are. Private to this folder. Threads: none of its own.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/base/bytes.hpp"

namespace greentill::postgres {

/// Views into an array of parameters.
struct Values {
  int count = 0;
  const char* const* data = nullptr;
  const int* lengths = nullptr;
  const int* formats = nullptr;
};

template <std::size_t N>
class Parameters {
 public:
  template <typename... T>
  explicit Parameters(const T&... values) {
    (bind(values), ...);
  }
  [[nodiscard]] Values view() const { return {static_cast<int>(N), data_.data(), lengths_.data(), formats_.data()}; }

 private:
  static constexpr int kText = 0, kBinary = 1;
  static constexpr std::size_t kDigits = 22;

  void bind(std::int64_t value) {
    char* const digits = digits_[at_].data();
    *std::to_chars(digits, digits + kDigits - 1, value).ptr = '\0';
    put(digits, 0, kText);
  }
  void bind(std::uint64_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(int value) { bind(std::int64_t{value}); }
  void bind(ByteView bytes) { put(bytes.empty() ? "" : as_text(bytes).data(), bytes.size(), kBinary); }
  void bind(std::string_view text) { put(text.empty() ? "" : text.data(), text.size(), kBinary); }
  void bind(std::nullopt_t) { put(nullptr, 0, kText); }
  template <typename T>
  void bind(const std::optional<T>& value) {
    value ? bind(*value) : bind(std::nullopt);
  }
  void put(const char* data, std::size_t size, int format) {
    data_[at_] = data;
    lengths_[at_] = static_cast<int>(size);
    formats_[at_++] = format;
  }

  std::size_t at_ = 0;
  std::array<const char*, N + 1> data_{};  // one more, as an array of none is none
  std::array<int, N + 1> lengths_{}, formats_{};
  std::array<std::array<char, kDigits>, N + 1> digits_{};
};

}  // namespace greentill::postgres
