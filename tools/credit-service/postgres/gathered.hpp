// SPDX-License-Identifier: Apache-2.0
// Rows of one key that are written by one statement: each column is sent as an array, in PostgreSQL's binary form, for unnest().
// Threads: as the database.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/postgres/postgres.hpp"

namespace greentill::postgres {

/// One column of several rows.
class Column {
 public:
  enum class Type : std::uint32_t { bytea = 17, bigint = 20 };  // as pg_type numbers them

  explicit Column(Type type);
  void add(std::int64_t value);
  void add(std::uint64_t value) { add(static_cast<std::int64_t>(value)); }
  void add(int value) { add(std::int64_t{value}); }
  void add(ByteView bytes);
  void add(std::nullopt_t);
  template <typename T>
  void add(const std::optional<T>& value) {
    value ? add(*value) : add(std::nullopt);
  }
  void clear();
  /// The array. Lifetime: until the next change.
  [[nodiscard]] ByteView array();

 private:
  void put(std::uint32_t value);

  std::vector<std::uint8_t> bytes_;
  std::uint32_t rows_ = 0;
  bool has_null_ = false;
};

class Gathered {
 public:
  static constexpr std::size_t kMost = 256;  ///< rows that are worth waiting for

  /// `sql`: its first parameter is the key of all rows; the columns follow. Lifetime of the text: forever.
  Gathered(std::string_view sql, std::initializer_list<Column::Type> columns);

  /// Requires: a value for each column.
  template <typename... T>
  void add(const T&... values) {
    auto column = columns_.begin();
    ((column++)->add(values), ...);
    ++rows_;
  }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  void clear();
  /// Sends the rows, if any, and forgets them.
  template <typename Key>
  Status write(Database& database, const Key& key) {
    if (rows_ == 0) return Done{};
    Parameters all(columns_.size() + 1);
    all.add(key);
    for (Column& column : columns_) all.add(column.array());
    Status sent = database.send_values(sql_, all.view(), Database::Expect::nothing);
    clear();
    return sent;
  }

 private:
  std::string_view sql_;
  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

}  // namespace greentill::postgres
