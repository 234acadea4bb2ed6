// SPDX-License-Identifier: Apache-2.0
// The tables of docs/troubleshooting.md, for tests that make each fault and look for the words that the page promises.
#pragma once

#include <algorithm>
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

/// The rows below the heading, without Markdown's backticks. Throws std::runtime_error where there are none.
std::vector<Trouble> troubles_of(std::string_view heading);

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
