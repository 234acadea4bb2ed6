// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/row_decoder.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/event/json_reader.hpp"
#include "plugins/journal/csv.hpp"
#include "plugins/journal/file_text.hpp"

namespace greentill::journal {
namespace {

constexpr const char* kOpenQuote = "a quote is not closed within 16 lines and 256 KiB";

std::size_t count_lines(std::string_view bytes) { return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n')); }

Row give_up_line(std::string_view bytes, std::string problem) {
  const std::size_t newline = bytes.find('\n');
  return {newline == std::string_view::npos ? bytes.size() : newline + 1, newline == std::string_view::npos ? 0u : 1u,
          std::nullopt, std::nullopt, std::move(problem)};
}

/// "sep=;", with which spreadsheets say how the fields below it are separated, whatever the country.
std::optional<char> stated_separator(std::string_view line) {
  line = line.substr(0, line.find_last_not_of("\r\n") + 1);
  if (line.size() > 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
  const bool is_stated = line.size() == 5 && lower_case(line.substr(0, 4)) == "sep=";
  return is_stated && line[4] != '"' && line[4] >= '\t' ? std::optional(line[4]) : std::nullopt;
}

/// What both formats share: what stands at a file's begin, its encoding, and rows without an end.
class Decoder : public RowDecoder {
 public:
  explicit Decoder(std::string encoding = {}) : text_(std::move(encoding)) {}

  void begin_file() override { text_.begin_file(); }

  std::optional<Row> next(std::string_view bytes, bool last) override {
    if (const std::size_t nuls = text_.behind_nuls(bytes, 0); nuls > 0) return pass_nuls(nuls, bytes.size(), last);
    std::size_t mark = 0;
    if (text_.at_begin()) {
      const auto length = text_.begin(bytes, last);
      if (!length || (last && bytes.size() == *length)) return std::nullopt;
      mark = *length;
    }
    bytes.remove_prefix(mark);
    // Most rows are one line: where a file is converted, more are only where they are needed.
    std::optional<Row> row = read_lines(bytes, 1, last);
    if (!row && !text_.took_all()) row = read_lines(bytes, kMaxRowLines + 1, last);
    if (!row) return std::nullopt;
    if (!row->problem.empty() && !row->left_out) break_off_at_nuls(*row, bytes.substr(0, row->size));
    row->size += mark;
    text_.go_on();
    return row;
  }

  Row abandoned(std::string_view bytes) override {
    if (const std::size_t nuls = text_.behind_nuls(bytes, 0); nuls > 0) return *pass_nuls(nuls, bytes.size(), true);
    const std::size_t mark = text_.at_begin() ? text_.begin(bytes, true).value_or(0) : 0;
    const std::string_view text = text_.read(bytes.substr(mark), 1, true);
    const bool whole = text.find('\n') != std::string_view::npos;
    Row row = give_up_line(text, whole ? kOpenQuote : "the file was rotated before the end of this line was written");
    row.size = mark + text_.bytes_of(row.size);
    return row;
  }

 protected:
  virtual std::optional<Row> read(std::string_view text, bool last) = 0;
  [[nodiscard]] const FileText& text() const { return text_; }
  /// To be asked before anything else is said of a row, since in pieces it would not get that far.
  static bool is_too_long(std::string_view row) { return row.size() > kMaxRowBytes || count_lines(row) > kMaxRowLines; }

 private:
  /// Where the bytes end with them, or with half a character behind them, a writer may have made room for rows that are still to
  /// come.
  [[nodiscard]] std::optional<Row> pass_nuls(std::size_t nuls, std::size_t bytes, bool last) const {
    if (bytes - nuls < text_.unit() && !last && nuls < kMaxRowBytes) return std::nullopt;
    return Row{nuls, 0, std::nullopt, std::nullopt, "NULs, as a power cut leaves them: the row behind them is read", true};
  }

  /// Of a row that was not written to its end, what stands behind the NULs is another.
  void break_off_at_nuls(Row& row, std::string_view bytes) const {
    const std::size_t nul = text_.find_nul(bytes);
    if (nul == bytes.size()) return;
    row = {nul, text_.count_lines(bytes.substr(0, nul)), std::nullopt, std::nullopt,
           "it breaks off at NULs, as a power cut leaves them"};
  }

  static const char* why_too_long(std::string_view text) {
    return text.find('\n') < kMaxRowBytes ? kOpenQuote : "it is longer than 256 KiB";
  }
  static bool has_no_end(std::string_view text) { return text.size() >= kMaxRowBytes || count_lines(text) >= kMaxRowLines; }

  std::optional<Row> read_lines(std::string_view bytes, std::size_t lines, bool last) {
    const std::string_view text = text_.read(bytes, lines, last);
    const bool all = text_.took_all() || lines > kMaxRowLines;
    std::optional<Row> row = read(text, last && text_.took_all());
    if (row ? is_too_long(text.substr(0, row->size)) : all && has_no_end(text)) row = give_up_line(text, why_too_long(text));
    if (!row) return std::nullopt;
    row->lines = count_lines(text.substr(0, row->size));
    row->size = text_.bytes_of(row->size);
    return row;
  }

  FileText text_;
};

class CsvDecoder final : public Decoder {
 public:
  explicit CsvDecoder(Mapping mapping) : Decoder(mapping.encoding()), mapping_(std::move(mapping)) { rows_.emplace(delimiter()); }

  void begin_file() override {
    Decoder::begin_file();
    bound_ = false;
    stated_.reset();
    rows_.emplace(delimiter());
  }
  [[nodiscard]] bool is_past_header() const override { return bound_; }

 protected:
  std::optional<Row> read(std::string_view bytes, bool last) override {
    if (const auto size = pass_separator(bytes, last)) return Row{*size, 0};
    const auto size = rows_->read(bytes, last);
    if (!size) return std::nullopt;
    const std::string_view row_text = bytes.substr(0, *size);
    if (rows_->open_quote() || is_too_long(row_text)) return give_up_line(row_text, kOpenQuote);
    if (rows_->torn()) return give_up_line(row_text, "it has carriage returns for line ends in it");
    Row row{*size, 0};
    if (rows_->fields().empty()) return row;
    if (!bound_) {
      bind(row_text);
      return row;
    }
    if (std::string wrong = wrong_width(); !wrong.empty()) return give_up_line(row_text, std::move(wrong));
    row.problem = text().fault_of(row_text);
    if (row.problem.empty()) make(row);
    return row;
  }

 private:
  [[nodiscard]] char delimiter() const { return stated_.value_or(mapping_.delimiter()); }

  /// The length of the line that states it, at the file's begin.
  std::optional<std::size_t> pass_separator(std::string_view bytes, bool last) {
    if (!text().at_begin()) return std::nullopt;
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos && !last) return std::nullopt;
    const std::string_view line = bytes.substr(0, newline == std::string_view::npos ? newline : newline + 1);
    stated_ = stated_separator(line);
    if (!stated_) return std::nullopt;
    rows_.emplace(delimiter());
    return line.size();
  }

  void bind(std::string_view header) {
    try {
      mapping_.bind(rows_->fields(), delimiter());
    } catch (const std::runtime_error& error) {
      const std::string fault = text().fault_of(header);
      throw std::runtime_error(error.what() + (fault.empty() ? "" : "; " + fault + ": the mapping's 'encoding' says what it is"));
    }
    bound_ = true;
  }

  void make(Row& row) const {
    try {
      plugin::Transaction transaction = mapping_.make(rows_->fields());
      plugin::check_limits(transaction);
      row.transaction = std::move(transaction);
    } catch (const plugin::LeftOut& left_out) {
      row.problem = left_out.what();
      row.left_out = true;
    } catch (const plugin::Unusable& unusable) {
      row.problem = unusable.what();
    }
  }

  /// Of a row of several lines the first alone is given up for it: the others may be rows that a stray quote swallowed.
  [[nodiscard]] std::string wrong_width() const {
    const std::size_t width = rows_->fields().size();
    if (width == mapping_.width()) return {};
    return "it has " + std::to_string(width) + " fields, the header has " + std::to_string(mapping_.width());
  }

  Mapping mapping_;
  std::optional<char> stated_;  // in place of the mapping's delimiter
  std::optional<CsvRows> rows_;
  bool bound_ = false;
};

class JsonDecoder final : public Decoder {
 public:
  [[nodiscard]] bool is_past_header() const override { return !text().at_begin(); }

 protected:
  std::optional<Row> read(std::string_view bytes, bool last) override {
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos && (!last || bytes.empty())) return std::nullopt;
    Row row{newline == std::string_view::npos ? bytes.size() : newline + 1, 0};
    const std::string_view line = bytes.substr(0, row.size);
    if (trimmed(line).empty()) return row;
    auto transaction = event::parse_transaction(line);
    if (transaction) {
      row.read = std::move(*transaction);
    } else {
      row.problem = text().fault_of(line);
      if (row.problem.empty()) row.problem = to_string(transaction.error());
    }
    return row;
  }
};

}  // namespace

std::unique_ptr<RowDecoder> csv_decoder(Mapping mapping) { return std::make_unique<CsvDecoder>(std::move(mapping)); }
std::unique_ptr<RowDecoder> json_decoder() { return std::make_unique<JsonDecoder>(); }

}  // namespace greentill::journal
