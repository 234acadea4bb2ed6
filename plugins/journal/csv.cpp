// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/csv.hpp"

#include <csv.h>

#include <stdexcept>

#include "daemon/base/text.hpp"

namespace greentill::journal {
namespace {

bool is_blank(std::string_view line) { return trimmed(line).empty(); }

}  // namespace

struct CsvRows::Parser {
  csv_parser lenient{};
  csv_parser strict{};

  explicit Parser(char delimiter) {
    if (csv_init(&lenient, 0) != 0 || csv_init(&strict, CSV_STRICT) != 0) throw std::runtime_error("libcsv cannot be set up");
    csv_set_delim(&lenient, static_cast<unsigned char>(delimiter));
    csv_set_delim(&strict, static_cast<unsigned char>(delimiter));
  }
  ~Parser() {
    csv_free(&lenient);
    csv_free(&strict);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // Called from C.
  static void on_field(void* data, std::size_t size, void* context) noexcept {
    static_cast<CsvRows*>(context)->fields_.emplace_back(static_cast<const char*>(data), size);
  }
  static void on_row(int /*terminator*/, void* context) noexcept { ++static_cast<CsvRows*>(context)->rows_; }
};

CsvRows::CsvRows(char delimiter) : parser_(std::make_unique<Parser>(delimiter)) {}
CsvRows::~CsvRows() = default;

bool CsvRows::feed(std::string_view bytes) {
  const std::size_t taken = csv_parse(&parser_->lenient, bytes.data(), bytes.size(), &Parser::on_field, &Parser::on_row, this);
  if (taken != bytes.size()) throw std::runtime_error("libcsv: " + std::string(csv_strerror(csv_error(&parser_->lenient))));
  if (rows_ == 0) return false;
  // What a carriage return alone began counts as one more row, and must not stay in the parser.
  csv_fini(&parser_->lenient, &Parser::on_field, &Parser::on_row, this);
  return true;
}

void CsvRows::forget() { csv_fini(&parser_->lenient, nullptr, nullptr, nullptr); }

bool CsvRows::is_well_quoted(std::string_view row) {
  const std::size_t taken = csv_parse(&parser_->strict, row.data(), row.size(), nullptr, nullptr, nullptr);
  csv_fini(&parser_->strict, nullptr, nullptr, nullptr);
  return taken == row.size();
}

std::size_t CsvRows::give_back(std::string_view bytes) {
  fields_.clear();
  open_quote_ = true;
  const std::size_t newline = bytes.find('\n');
  return newline == std::string_view::npos ? bytes.size() : newline + 1;
}

std::optional<std::size_t> CsvRows::read(std::string_view bytes, bool last) {
  fields_.clear();
  rows_ = 0;
  open_quote_ = false;
  std::size_t begin = 0;
  for (std::size_t newline = bytes.find('\n'); newline != std::string_view::npos; newline = bytes.find('\n', begin)) {
    const std::string_view segment = bytes.substr(begin, newline + 1 - begin);
    const bool first = begin == 0;
    if (first && is_blank(segment)) return segment.size();
    begin = newline + 1;
    // A line end inside quotes belongs to the field: libcsv says whether a row is over, the bytes say where.
    if (feed(segment)) return first || is_well_quoted(bytes.substr(0, begin)) ? begin : give_back(bytes);
  }
  if (!last) forget();
  if (!last || bytes.empty()) return std::nullopt;
  if (is_blank(bytes)) return bytes.size();
  feed(bytes.substr(begin));
  const bool whole = feed("\n");
  if (!whole) forget();
  return whole && (begin == 0 || is_well_quoted(bytes)) ? bytes.size() : give_back(bytes);
}

}  // namespace greentill::journal
