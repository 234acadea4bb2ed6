// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "daemon/base/text.hpp"
#include "tools/cli/source/dry_run.hpp"

namespace greentill::cli {
namespace {

/// The keys about where files are read from and go to: each is set anew, or left to its default below the new folder.
constexpr std::array<std::string_view, 8> kOfThePlace{"path",           "once", "settle_ms",   "wait_s",
                                                      "keep_done_days", "done", "keep_failed", "failed"};

/// The key of a line "key = value" at the document's root.
std::string_view key_of(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_first_of(" \t=", begin) - begin);
}

std::string quoted(const std::filesystem::path& path) {
  std::string text = "\"";
  for (const char c : path.string()) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

}  // namespace

std::string dry_configuration(const std::string& configuration, const std::string& library, const std::filesystem::path& folder,
                              const std::filesystem::path& file) {
  std::string place;
  if (library == "journal") {
    place = "path = " + quoted(folder / file.filename()) + "\nonce = true\n";
  } else if (library == "escpos") {
    place = "path = " + quoted(folder) + "\nwait_s = 1\nkeep_failed = 0\n";
  } else {
    place = "path = " + quoted(folder) + "\nonce = true\nsettle_ms = 0\n";
  }
  std::istringstream lines(configuration);
  std::string rest;
  bool at_root = true;
  for (std::string line; std::getline(lines, line);) {
    at_root = at_root && !std::string_view(line).starts_with('[');
    const bool of_place = std::find(kOfThePlace.begin(), kOfThePlace.end(), key_of(line)) != kOfThePlace.end();
    if (!at_root || !of_place) rest += line + '\n';
  }
  return place + rest;
}

}  // namespace greentill::cli
