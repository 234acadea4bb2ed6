// SPDX-License-Identifier: Apache-2.0
// What a statement answered. As sqlite::Query, the first failure ends the rows and is kept: ask status() or result() after the
// last row. Threads: none of its own.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

struct pg_result;

namespace greentill::postgres {

struct ClearsResult {
  void operator()(pg_result* result) const;
};
using ResultPointer = std::unique_ptr<pg_result, ClearsResult>;

class Rows {
 public:
  explicit Rows(Status status) : status_(std::move(status)) {}
  explicit Rows(ResultPointer result);

  /// Moves to the next row; false at the end and after a failure.
  bool next() { return ++row_ < count_; }
  [[nodiscard]] Status status() const { return status_; }
  /// `value`, or the failure.
  template <typename T>
  [[nodiscard]] Result<T> result(T value) const {
    if (!status_) return Failure{status_.error()};
    return value;
  }
  /// How many rows an INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changed() const;

  [[nodiscard]] bool is_null(int column) const;
  /// Of any integer type, a boolean or a numeric that is whole; 0 of what is NULL.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t count(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] std::optional<std::int64_t> optional(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  /// Lifetime: that of the rows.
  [[nodiscard]] ByteView bytes(int column) const;
  [[nodiscard]] std::string_view text(int column) const { return as_text(bytes(column)); }
  /// Copies the bytes; false where the column holds another number of bytes.
  template <std::size_t N>
  [[nodiscard]] bool fixed(int column, Bytes<N>& into) const {
    const ByteView value = bytes(column);
    if (value.size() != N) return false;
    std::copy(value.begin(), value.end(), into.begin());
    return true;
  }

 private:
  ResultPointer result_;
  Status status_ = Done{};
  int row_ = -1;
  int count_ = 0;
};

}  // namespace greentill::postgres
