// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/doctor/running.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>

#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"

namespace greentill::doctor {

std::vector<std::vector<std::string>> command_lines(const std::string& program, const std::filesystem::path& proc) {
  std::vector<std::vector<std::string>> all;
  std::error_code error;
  for (std::filesystem::directory_iterator one(proc, error), end; !error && one != end; one.increment(error)) {
    if (!parse_integer<int>(one->path().filename().string())) continue;
    const auto text = read_file(one->path() / "cmdline", 64u << 10);
    if (!text) continue;
    std::vector<std::string> words;
    std::istringstream in(*text);
    for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
    if (!words.empty() && std::filesystem::path(words.front()).filename() == program) all.push_back(std::move(words));
  }
  return all;
}

std::optional<int> lock_holder(const std::filesystem::path& file, const std::filesystem::path& proc) {
  struct stat state {};
  const auto locks = read_file(proc / "locks");
  if (::stat(file.c_str(), &state) != 0 || !locks) return std::nullopt;
  std::array<char, 64> wanted{};
  std::snprintf(wanted.data(), wanted.size(), "%02x:%02x:%lu", major(state.st_dev), minor(state.st_dev),
                static_cast<unsigned long>(state.st_ino));
  std::istringstream in(*locks);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string number, kind, mode, access, process, place;
    words >> number >> kind >> mode >> access >> process >> place;
    if (kind == "FLOCK" && place == wanted.data()) return parse_integer<int>(process);
  }
  return std::nullopt;
}

}  // namespace greentill::doctor
