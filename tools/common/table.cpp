// SPDX-License-Identifier: Apache-2.0
#include "tools/common/table.hpp"

#include <algorithm>
#include <string_view>

#include "daemon/base/printable.hpp"

namespace greentill::tools {
namespace {

/// Characters, as far as a terminal's columns go by them.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

bool is_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

/// Digits with a minus in front or not, and with a point between them or not.
bool is_number(std::string_view cell) {
  if (cell.starts_with('-')) cell.remove_prefix(1);
  if (const std::size_t point = cell.find('.'); point != std::string_view::npos) {
    return is_digits(cell.substr(0, point)) && is_digits(cell.substr(point + 1));
  }
  return is_digits(cell);
}

/// Whether a spreadsheet would take the cell for something to reckon.
bool reckons(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@").find(cell.front()) != std::string_view::npos && !is_number(cell);
}

}  // namespace

void Table::add(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back();
  for (const std::string& cell : cells) row.push_back(printable(cell));
}

std::string Table::text() const {
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns_) lines.front().push_back(column.head);
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string room(widths[i] - width_of(line[i]), ' ');
      if (i > 0) row += "  ";
      row += columns_[i].align == Align::right ? room + line[i] : line[i] + room;
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + '\n';
  }
  return text;
}

std::string csv_record(const std::vector<std::string>& cells) {
  std::string record;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) record += ',';
    const std::string shown = printable(cell);
    const std::string safe = (reckons(shown) ? "'" : "") + shown;
    if (safe.find_first_of(",\"") == std::string::npos) {
      record += safe;
      continue;
    }
    record += '"';
    for (const char c : safe) record.append(c == '"' ? 2 : 1, c);
    record += '"';
  }
  return record + "\r\n";
}

}  // namespace greentill::tools
