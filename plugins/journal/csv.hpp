// SPDX-License-Identifier: Apache-2.0
// Takes CSV apart (RFC 4180 as libcsv reads it), one row at a time, and says where each row ends in the bytes. Quoted fields may
// hold newlines. Threads: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::journal {

class CsvRows {
 public:
  explicit CsvRows(char delimiter);
  ~CsvRows();
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;

  /// Reads the row at the begin of `bytes` and returns its length, line end included; nothing where it is not complete.
  /// `last`: nothing follows, so the row may end without a line end. A blank line is a row without fields.
  std::optional<std::size_t> read(std::string_view bytes, bool last);
  /// Of the row read last. Spaces around a field that is not quoted are not part of it.
  [[nodiscard]] const std::vector<std::string>& fields() const { return fields_; }
  /// Whether the row read last was in fact several, ended by carriage returns alone.
  [[nodiscard]] bool torn() const { return rows_ > 1; }
  /// Whether a quote was left open: nothing closes it, or only the quotes of a later row do. What was read is then the first line
  /// alone. A quote within a line is taken as it stands.
  [[nodiscard]] bool open_quote() const { return open_quote_; }

 private:
  struct Parser;
  bool feed(std::string_view bytes);
  void forget();
  bool is_well_quoted(std::string_view row);
  std::size_t give_back(std::string_view bytes);

  std::unique_ptr<Parser> parser_;
  std::vector<std::string> fields_;
  std::size_t rows_ = 0;
  bool open_quote_ = false;
};

}  // namespace greentill::journal
