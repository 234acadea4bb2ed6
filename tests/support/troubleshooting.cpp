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

std::vector<Trouble> troubles_of(std::string_view heading) {
  std::ifstream page(std::filesystem::path(GREENTILL_SOURCE_DIR) / "docs/troubleshooting.md");
  std::vector<Trouble> troubles;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) inside = line.substr(3) == heading;
    if (!inside || !line.starts_with("| ") || line.starts_with("| ---") || line.starts_with("| what happened")) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != 4) throw std::runtime_error("docs/troubleshooting.md: no row of four cells: " + line);
    troubles.push_back({cells[0], cells[1], cells[2], cells[3]});
  }
  if (troubles.empty()) throw std::runtime_error("docs/troubleshooting.md has no table below " + std::string(heading));
  return troubles;
}

}  // namespace greentill::test
