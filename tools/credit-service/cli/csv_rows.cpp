// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/csv_rows.hpp"

#include <csv.h>

#include <algorithm>
#include <utility>

#include "tools/credit-service/cli/registry_change.hpp"

namespace greentill::credit {
namespace {

/// A CSV text (RFC 4180) as libcsv takes it apart.
class Rows {
 public:
  Rows() { csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() { csv_free(&parser_); }

  Result<std::vector<std::vector<std::string>>> read(const std::string& text, const std::string& file) {
    const bool whole = csv_parse(&parser_, text.data(), text.size(), on_field, on_row, this) == text.size() &&
                       csv_fini(&parser_, on_field, on_row, this) == 0;
    if (!whole) {
      return fail(ErrorCode::invalid,
                  file + ": row " + std::to_string(rows_.size() + 1) + ": " + csv_strerror(csv_error(&parser_)));
    }
    return std::move(rows_);
  }

 private:
  static void on_field(void* data, std::size_t size, void* self) {
    static_cast<Rows*>(self)->row_.emplace_back(static_cast<const char*>(data), size);
  }
  static void on_row(int /*terminator*/, void* self) {
    Rows& rows = *static_cast<Rows*>(self);
    rows.rows_.push_back(std::exchange(rows.row_, {}));
  }
  csv_parser parser_{};
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> row_;
};

std::string in_a_row(const std::vector<std::string>& names) {
  std::string row;
  for (const std::string& name : names) row += (row.empty() ? "" : ",") + name;
  return row;
}

}  // namespace

Result<std::vector<Row>> read_rows(const std::string& file, const std::vector<std::string>& columns,
                                   const std::vector<std::string>& others) {
  auto text = read_named(file);
  if (!text) return Failure{text.error()};
  if (text->starts_with("\xEF\xBB\xBF")) text->erase(0, 3);
  const auto table = Rows().read(*text, file);
  if (!table) return Failure{table.error()};
  const std::vector<std::string> head = table->empty() ? std::vector<std::string>() : table->front();
  std::vector<std::string> all = columns;
  all.insert(all.end(), others.begin(), others.end());
  if (!std::ranges::is_permutation(head, columns) && !std::ranges::is_permutation(head, all)) {
    return fail(ErrorCode::invalid, file + ": its first row must name these columns, in any order: " + in_a_row(columns) +
                                        (others.empty() ? "" : "; and it may name " + in_a_row(others)));
  }
  std::vector<Row> rows;
  for (std::size_t i = 1; i < table->size(); ++i) {
    const std::vector<std::string>& cells = (*table)[i];
    if (cells.size() != head.size()) {
      return fail(ErrorCode::invalid, file + ": row " + std::to_string(i + 1) + ": it has " + std::to_string(cells.size()) +
                                          " fields, and the first row has " + std::to_string(head.size()));
    }
    Row row{i + 1, {}};
    for (std::size_t at = 0; at < head.size(); ++at) row.fields[head[at]] = cells[at];
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return fail(ErrorCode::invalid, file + ": there is nothing to add behind its first row");
  return rows;
}

}  // namespace greentill::credit
