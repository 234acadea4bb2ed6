// SPDX-License-Identifier: Apache-2.0
// Columns for a terminal, and for a spreadsheet. Threads: one.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

namespace greentill::tools {

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string head;
    Align align = Align::left;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Requires: as many cells as columns. They are made printable.
  void add(const std::vector<std::string>& cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// The head and all rows, each ended by a newline.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// A record of comma-separated values (RFC 4180) with its end, CR LF. The cells are made printable, since it may be shown on a
/// terminal. One that a spreadsheet would reckon, since it begins with one of = + - @, gets an apostrophe in front; numbers, with
/// a decimal point or without, do not.
[[nodiscard]] std::string csv_record(const std::vector<std::string>& cells);

}  // namespace greentill::tools
