// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common/csv.hpp"

#include <algorithm>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

std::string csv_record(const std::vector<std::string>& fields) {
  std::string record;
  bool first = true;
  for (const std::string& given : fields) {
    if (!first) record += ',';
    first = false;
    const std::string field = printable(given);
    if (field.find_first_of(",\"") == std::string::npos) {
      record += field;
      continue;
    }
    record += '"';
    for (const char c : field) record += c == '"' ? std::string("\"\"") : std::string(1, c);
    record += '"';
  }
  return record + "\r\n";
}

std::string csv_grams(std::int64_t mg) {
  std::string text = grams_text(mg);
  text.erase(text.size() - 2);  // " g"
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  return text;
}

}  // namespace greentill::cli
