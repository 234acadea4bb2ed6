// SPDX-License-Identifier: Apache-2.0
// The columns that a mapping asks for, and the rows that it leaves out by them. Threads: immutable once bound.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::journal {

using Fields = std::vector<std::string>;  ///< of a header or a row

class Column {
 public:
  /// Its name, or several with " | " between them, of which a header has one: "starttime | Start Time".
  explicit Column(std::string names) : names_(std::move(names)) {}

  /// Whether the header has it; of several names the first that is there counts. Throws std::runtime_error where it is there
  /// twice.
  bool find(const Fields& header);
  /// As the header has it that was bound last; before, as the mapping says.
  [[nodiscard]] const std::string& name() const { return found_.empty() ? names_ : found_; }
  [[nodiscard]] std::size_t index() const { return index_; }
  /// Requires: find() said true of the row's header.
  [[nodiscard]] const std::string& of(const Fields& row) const { return row[index_]; }

 private:
  std::string names_;
  std::string found_;
  std::size_t index_ = 0;
};

/// Finds all of them. Throws std::runtime_error naming the first that is missing, and what is there in its place: of a first row
/// that has none of them nothing is said, since it may be somebody's ride.
void bind(const std::vector<Column*>& columns, const Fields& header, char delimiter);

/// Whether all of a text is as a pattern says: '*' stands for any characters or none, '?' for one, the case of A to Z does not
/// count. Takes at most the product of their lengths.
bool matches(std::string_view pattern, std::string_view text);

/// Rows that no customer rode: a value of one of these columns says so.
struct LeftOut {
  std::vector<Column> columns;
  std::vector<std::string> patterns;

  [[nodiscard]] bool has(std::string_view value) const;
};

}  // namespace greentill::journal
