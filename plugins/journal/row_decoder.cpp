// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/row_decoder.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/base/utf8.hpp"
#include "daemon/event/json_reader.hpp"
#include "plugins/journal/csv.hpp"

namespace greentill::journal {
namespace {

constexpr const char* kOpenQuote = "a quote is not closed within 16 lines and 256 KiB";
constexpr const char* kNotUtf8 = "it is not UTF-8";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::size_t count_lines(std::string_view bytes) { return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n')); }

Row give_up_line(std::string_view bytes, std::string problem) {
  const std::size_t newline = bytes.find('\n');
  return {newline == std::string_view::npos ? bytes.size() : newline + 1, newline == std::string_view::npos ? 0u : 1u,
          std::nullopt, std::nullopt, std::move(problem)};
}

/// What both formats share: the mark at a file's begin, and rows without an end.
class Decoder : public RowDecoder {
 public:
  void begin_file() override { at_begin_ = true; }

  std::optional<Row> next(std::string_view bytes, bool last) override {
    std::size_t skipped = 0;
    if (at_begin_) {
      if (!last && bytes.size() < kByteOrderMark.size()) return std::nullopt;
      if (bytes.starts_with(kByteOrderMark)) skipped = kByteOrderMark.size();
      if (last && bytes.size() == skipped) return std::nullopt;
    }
    bytes.remove_prefix(skipped);
    std::optional<Row> row = read(bytes, last);
    if (row ? is_too_long(bytes.substr(0, row->size)) : has_no_end(bytes)) row = give_up_line(bytes, why_too_long(bytes));
    if (!row) return std::nullopt;
    row->lines = count_lines(bytes.substr(0, row->size));
    row->size += skipped;
    at_begin_ = false;
    return row;
  }

 protected:
  virtual std::optional<Row> read(std::string_view bytes, bool last) = 0;
  [[nodiscard]] bool at_begin() const { return at_begin_; }
  /// To be asked before anything else is said of a row, since in pieces it would not get that far.
  static bool is_too_long(std::string_view row) { return row.size() > kMaxRowBytes || count_lines(row) > kMaxRowLines; }

 private:
  static const char* why_too_long(std::string_view bytes) {
    return bytes.find('\n') < kMaxRowBytes ? kOpenQuote : "it is longer than 256 KiB";
  }
  static bool has_no_end(std::string_view bytes) { return bytes.size() >= kMaxRowBytes || count_lines(bytes) >= kMaxRowLines; }

  bool at_begin_ = true;
};

class CsvDecoder final : public Decoder {
 public:
  explicit CsvDecoder(Mapping mapping) : mapping_(std::move(mapping)), rows_(mapping_.delimiter()) {}

  void begin_file() override {
    Decoder::begin_file();
    bound_ = false;
  }
  [[nodiscard]] bool is_past_header() const override { return bound_; }

 protected:
  std::optional<Row> read(std::string_view bytes, bool last) override {
    const auto size = rows_.read(bytes, last);
    if (!size) return std::nullopt;
    const std::string_view text = bytes.substr(0, *size);
    if (rows_.open_quote() || is_too_long(text)) return give_up_line(text, kOpenQuote);
    if (rows_.torn()) return give_up_line(text, "it has carriage returns for line ends in it");
    Row row{*size, 0};
    if (rows_.fields().empty()) return row;
    if (!bound_) {
      mapping_.bind(rows_.fields());
      bound_ = true;
      return row;
    }
    if (std::string wrong = wrong_width(); !wrong.empty()) return give_up_line(text, std::move(wrong));
    if (is_utf8(text)) {
      make(row);
    } else {
      row.problem = kNotUtf8;
    }
    return row;
  }

 private:
  void make(Row& row) const {
    try {
      plugin::Transaction transaction = mapping_.make(rows_.fields());
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
    const std::size_t width = rows_.fields().size();
    if (width == mapping_.width()) return {};
    return "it has " + std::to_string(width) + " fields, the header has " + std::to_string(mapping_.width());
  }

  Mapping mapping_;
  CsvRows rows_;
  bool bound_ = false;
};

class JsonDecoder final : public Decoder {
 public:
  [[nodiscard]] bool is_past_header() const override { return !at_begin(); }

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
      row.problem = is_utf8(line) ? to_string(transaction.error()) : kNotUtf8;
    }
    return row;
  }
};

}  // namespace

Row abandoned_line(std::string_view bytes) {
  const bool whole = bytes.find('\n') != std::string_view::npos;
  return give_up_line(bytes, whole ? kOpenQuote : "the file was rotated before the end of this line was written");
}

std::unique_ptr<RowDecoder> csv_decoder(Mapping mapping) { return std::make_unique<CsvDecoder>(std::move(mapping)); }
std::unique_ptr<RowDecoder> json_decoder() { return std::make_unique<JsonDecoder>(); }

}  // namespace greentill::journal
