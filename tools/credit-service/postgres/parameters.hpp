// SPDX-License-Identifier: Apache-2.0
// What a statement is run with, as libpq takes it: integers as digits, whatever width the column has; texts and bytes as they
// are. Private to this folder. Threads: none of its own.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"

namespace greentill::postgres {

/// Views into an array of parameters.
struct Values {
  int count = 0;
  const char* const* data = nullptr;
  const int* lengths = nullptr;
  const int* formats = nullptr;
};

/// Lifetime of what texts and bytes refer to: until the statement was sent.
class Parameters {
 public:
  explicit Parameters(std::size_t count) {
    data_.reserve(count);
    lengths_.reserve(count);
    formats_.reserve(count);
    digits_.reserve(count);
  }
  template <typename... T>
  static Parameters of(const T&... values) {
    Parameters all(sizeof...(T));
    (all.add(values), ...);
    return all;
  }
  Parameters(Parameters&&) noexcept = default;
  Parameters& operator=(Parameters&&) = delete;
  ~Parameters() = default;
  [[nodiscard]] Values view() const { return {static_cast<int>(data_.size()), data_.data(), lengths_.data(), formats_.data()}; }

  // Requires: no more of them than were counted.
  void add(std::int64_t value) {
    auto& digits = digits_.emplace_back();
    *std::to_chars(digits.data(), digits.data() + digits.size() - 1, value).ptr = '\0';
    put(digits.data(), 0, kText);
  }
  void add(std::uint64_t value) { add(static_cast<std::int64_t>(value)); }
  void add(int value) { add(std::int64_t{value}); }
  void add(ByteView bytes) { add(as_text(bytes)); }
  void add(std::string_view text) { put(text.empty() ? "" : text.data(), text.size(), kBinary); }
  void add(std::nullopt_t) { put(nullptr, 0, kText); }
  template <typename T>
  void add(const std::optional<T>& value) {
    value ? add(*value) : add(std::nullopt);
  }

 private:
  static constexpr int kText = 0, kBinary = 1;

  void put(const char* data, std::size_t size, int format) {
    data_.push_back(data);
    lengths_.push_back(static_cast<int>(size));
    formats_.push_back(format);
  }

  std::vector<const char*> data_;
  std::vector<int> lengths_, formats_;
  std::vector<std::array<char, 22>> digits_;
};

}  // namespace greentill::postgres
