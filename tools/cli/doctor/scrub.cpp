// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/doctor/scrub.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace greentill::doctor {
namespace {

constexpr std::size_t kLongestRun = 15;  // longer ones may be keys, tokens or hashes

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '~' || c == '%' ||
         c == '+' || c == '=';
}

/// "/home/anna/till/device.key" as "…/device.key", of which our own names alone are kept.
std::string of_path(std::string_view path) {
  constexpr std::array<std::string_view, 16> kOurs{"greentill.toml",
                                                   "outbox.db",
                                                   "outbox.db-wal",
                                                   "outbox.db.lock",
                                                   "outbox.db.recover",
                                                   "store.mark",
                                                   "boot",
                                                   "device.key",
                                                   "device.crt",
                                                   "settings.toml",
                                                   "authorities.pem",
                                                   "enrolment.toml",
                                                   "current",
                                                   "a",
                                                   "b",
                                                   "resolv.conf"};
  const std::string_view last = path.substr(path.rfind('/') + 1);
  return "…/" + std::string(std::find(kOurs.begin(), kOurs.end(), last) != kOurs.end() ? last : "…");
}

/// Of a run of letters and digits what nobody's is: short words, and numbers with units.
std::string of_run(std::string_view run) {
  const auto digits = std::count_if(run.begin(), run.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool is_date = run.size() == 10 && run[4] == '-' && run[7] == '-';
  if (is_date || (run.size() <= kLongestRun && digits < 9)) return std::string(run);
  return digits == 0 && run.find_first_of("=+%~") == std::string_view::npos && run.size() <= 40 ? std::string(run) : "…";
}

}  // namespace

std::string scrubbed(std::string_view text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    // An apostrophe within a word, as in "device's", begins no quotation.
    const bool opens = c == '"' || (c == '\'' && (i == 0 || !is_word(text[i - 1])));
    if (opens) {
      const std::size_t end = text.find(c, i + 1);
      clean += std::string(1, c) + "…" + c;
      i = end == std::string_view::npos ? text.size() : end + 1;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (is_word(text[end]) || text[end] == '/' || text[end] == '@' || text[end] == ':')) ++end;
    if (end == i) {
      clean += c;
      ++i;
      continue;
    }
    std::string_view word = text.substr(i, end - i);
    while (!word.empty() && (word.back() == ':' || word.back() == '.')) word.remove_suffix(1);
    const std::string_view behind = text.substr(i + word.size(), end - i - word.size());
    i = end;
    if (word.find('@') != std::string_view::npos || word.find("://") != std::string_view::npos) {
      clean += "…";
    } else if (word.find('/') != std::string_view::npos) {
      clean += of_path(word);
    } else {
      clean += of_run(word);
    }
    clean += behind;
  }
  return clean;
}

}  // namespace greentill::doctor
