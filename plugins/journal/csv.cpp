// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/csv.hpp"

#include <csv.h>

#include <stdexcept>

namespace greentill::journal {

struct CsvRows::Parser {
  csv_parser state;

  // Called from C.
  static void on_field(void* data, std::size_t size, void* context) noexcept {
    static_cast<CsvRows*>(context)->fields_.emplace_back(static_cast<const char*>(data), size);
  }
  static void on_row(int /*terminator*/, void* context) noexcept { ++static_cast<CsvRows*>(context)->rows_; }
};

CsvRows::CsvRows(char delimiter) : parser_(std::make_unique<Parser>()) {
  if (csv_init(&parser_->state, 0) != 0) throw std::runtime_error("libcsv cannot be set up");
  csv_set_delim(&parser_->state, static_cast<unsigned char>(delimiter));
}

CsvRows::~CsvRows() { csv_free(&parser_->state); }

bool CsvRows::feed(std::string_view bytes) {
  const std::size_t taken = csv_parse(&parser_->state, bytes.data(), bytes.size(), &Parser::on_field, &Parser::on_row, this);
  if (taken != bytes.size()) throw std::runtime_error("libcsv: " + std::string(csv_strerror(csv_error(&parser_->state))));
  return rows_ > 0;
}

void CsvRows::finish(bool take) {
  csv_fini(&parser_->state, take ? &Parser::on_field : nullptr, take ? &Parser::on_row : nullptr, this);
}

std::optional<std::size_t> CsvRows::read(std::string_view bytes, bool last) {
  fields_.clear();
  rows_ = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t newline = bytes.find('\n', begin);
    if (newline == std::string_view::npos) break;
    const std::string_view segment = bytes.substr(begin, newline + 1 - begin);
    if (begin == 0 && segment.find_first_not_of(" \t\r\n") == std::string_view::npos) return segment.size();
    begin = newline + 1;
    // A line end inside quotes belongs to the field: libcsv says whether a row is over, the bytes say where.
    if (feed(segment)) return begin;
    if (begin == bytes.size() || bytes.find('\n', begin) == std::string_view::npos) {
      if (last) feed(bytes.substr(begin));
      finish(last);
      return last ? std::optional(bytes.size()) : std::nullopt;
    }
  }
  if (!last || bytes.empty()) return std::nullopt;
  feed(bytes);
  finish(true);
  return bytes.size();
}

}  // namespace greentill::journal
