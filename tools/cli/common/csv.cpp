// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common/csv.hpp"

#include <algorithm>

#include "tools/cli/common/output.hpp"
#include "tools/common/table.hpp"

namespace greentill::cli {

std::string csv_record(const std::vector<std::string>& fields) {
  std::vector<std::string> cells;
  for (const std::string& field : fields) cells.push_back(printable(field));
  return tools::csv_line(cells) + "\r\n";
}

std::string csv_grams(std::int64_t mg) {
  std::string text = grams_text(mg);
  text.erase(text.size() - 2);  // " g"
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  return text;
}

}  // namespace greentill::cli
