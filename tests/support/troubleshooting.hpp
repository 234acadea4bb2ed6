// SPDX-License-Identifier: Apache-2.0
// The tables of docs/troubleshooting.md and of other pages, for tests that make each fault and look for the words that the page
// promises.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::test {

struct Trouble {
  std::string happened;
  std::string daemon;   ///< what it says; "nothing" where it goes on
  std::string service;  ///< likewise
  std::string to_do;
};

/// The rows of the one table below a heading of the page (docs/…), without its head and Markdown's backticks. Throws
/// std::runtime_error where there are none, or one has another number of cells.
std::vector<std::vector<std::string>> rows_of(std::string_view page, std::string_view heading, std::size_t cells);

/// Those of docs/troubleshooting.md.
std::vector<Trouble> troubles_of(std::string_view heading);

/// Makes what the first cell of each of those rows tells, by the way of that name, and hands check() that cell and what was said.
/// Throws where a row has no way, or a way no row.
void for_each_way(std::string_view page, std::string_view heading, std::size_t cells,
                  std::map<std::string, std::function<std::string()>> ways,
                  const std::function<void(const std::string& words, const std::string& said)>& check);

/// Whether a text holds the words; "…" in them stands for anything.
inline bool says(std::string_view text, std::string_view words) {
  constexpr std::string_view kAnything = "…";
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(kAnything), words.size());
    const std::size_t found = text.find(words.substr(0, end));
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + end);
    words.remove_prefix(std::min(end + kAnything.size(), words.size()));
  }
  return true;
}

}  // namespace greentill::test
