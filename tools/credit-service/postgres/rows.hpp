// SPDX-License-Identifier: Apache-2.0
// What a statement answered. As sqlite::Query, the first failure ends the rows and is kept: ask status() or result() after the
// last row. Threads: none of its own.
#pragma once

#include <memory>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/sqlite/row_access.hpp"

struct pg_result;

namespace greentill::postgres {

struct ClearsResult {
  void operator()(pg_result* result) const;
};
using ResultPointer = std::unique_ptr<pg_result, ClearsResult>;

class Rows : public sqlite::RowAccess<Rows> {
 public:
  explicit Rows(Status status) : status_(std::move(status)) {}
  explicit Rows(ResultPointer result);

  /// Moves to the next row; false at the end and after a failure.
  bool next() { return ++row_ < count_; }
  [[nodiscard]] Status status() const { return status_; }
  /// How many rows an INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changed() const;

  [[nodiscard]] bool is_null(int column) const;
  /// Of any integer type, a boolean or a numeric that is whole; 0 of what is NULL.
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Lifetime: that of the rows.
  [[nodiscard]] ByteView bytes(int column) const;

 private:
  ResultPointer result_;
  Status status_ = Done{};
  int row_ = -1;
  int count_ = 0;
};

}  // namespace greentill::postgres
