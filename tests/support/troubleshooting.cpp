// SPDX-License-Identifier: Apache-2.0
#include "tests/support/troubleshooting.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace greentill::test {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (std::size_t at = line.find('|'), next = 0; (next = line.find('|', at + 1)) != std::string::npos; at = next) {
    std::string cell = line.substr(at + 1, next - at - 1);
    std::erase(cell, '`');
    const std::size_t begin = cell.find_first_not_of(' ');
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, cell.find_last_not_of(' ') + 1 - begin));
  }
  return cells;
}

}  // namespace

std::vector<std::vector<std::string>> rows_of(std::string_view page, std::string_view heading, std::size_t cells) {
  std::ifstream file(std::filesystem::path(GREENTILL_SOURCE_DIR) / page);
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line.substr(3) == heading;
    if (!inside || !line.starts_with("| ")) continue;
    rows.push_back(cells_of(line));
    if (rows.back().size() != cells) throw std::runtime_error(std::string(page) + ": another number of cells: " + line);
  }
  constexpr std::size_t kHead = 2;  // and the line below it
  if (rows.size() <= kHead) throw std::runtime_error(std::string(page) + " has no table below " + std::string(heading));
  rows.erase(rows.begin(), rows.begin() + kHead);
  return rows;
}

void for_each_way(std::string_view page, std::string_view heading, std::size_t cells,
                  std::map<std::string, std::function<std::string()>> ways,
                  const std::function<void(const std::string& words, const std::string& said)>& check) {
  for (const auto& row : rows_of(page, heading, cells)) {
    const auto way = ways.extract(row.front());
    if (way.empty()) throw std::runtime_error(std::string(page) + ": no test makes \"" + row.front() + "\"");
    check(row.front(), way.mapped()());
  }
  if (!ways.empty()) throw std::runtime_error(std::string(page) + ": no row says \"" + ways.begin()->first + "\"");
}

std::vector<Trouble> troubles_of(std::string_view heading) {
  std::vector<Trouble> troubles;
  for (auto& cells : rows_of("docs/troubleshooting.md", heading, 4)) {
    troubles.push_back({std::move(cells[0]), std::move(cells[1]), std::move(cells[2]), std::move(cells[3])});
  }
  return troubles;
}

}  // namespace greentill::test
