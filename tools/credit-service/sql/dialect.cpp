// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/sql/dialect.hpp"

namespace greentill::sql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "?" and "?3" are "$1" and "$3".
std::string with_dollars(std::string_view sql) {
  std::string text;
  int next = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    const char c = sql[at];
    if (c == '\'') quoted = !quoted;
    if (c != '?' || quoted) {
      text += c;
      continue;
    }
    text += '$';
    if (at + 1 == sql.size() || !is_digit(sql[at + 1])) text += std::to_string(++next);
  }
  return text;
}

}  // namespace

std::string postgres_words(std::string_view sqlite) {
  std::string text = with_dollars(sqlite);
  // An index that is named.
  constexpr std::string_view kBy = "INDEXED BY ";
  for (std::size_t at = text.find(kBy); at != std::string::npos; at = text.find(kBy)) {
    const std::size_t end = text.find_first_of(" \n)", at + kBy.size());
    text.erase(at, end == std::string::npos ? end : end - at);
  }
  // An order of tables that is given.
  constexpr std::string_view kCross = "CROSS JOIN ";
  for (std::size_t at = text.find(kCross); at != std::string::npos; at = text.find(kCross, at)) text.erase(at, 6);
  return text;
}

}  // namespace greentill::sql
