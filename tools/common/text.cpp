// SPDX-License-Identifier: Apache-2.0
#include "tools/common/text.hpp"

#include <array>
#include <cstdio>

#include "daemon/base/time_text.hpp"

namespace greentill::tools {
namespace {

/// With three decimals, the whole grams as `whole` writes them.
template <typename Whole>
std::string in_grams(std::int64_t mg, const Whole& whole) {
  const std::uint64_t size = mg < 0 ? 0 - static_cast<std::uint64_t>(mg) : static_cast<std::uint64_t>(mg);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03u", static_cast<unsigned>(size % 1000));
  return (mg < 0 ? "-" : "") + whole(size / 1000) + fraction.data();
}

}  // namespace

std::string time_text(std::int64_t unix_seconds) {
  const auto text = clock_text(unix_seconds, ' ');
  return text ? *text + 'Z' : std::to_string(unix_seconds) + " s";
}

std::string count_text(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return count_text(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string grams_text(std::int64_t mg) { return in_grams(mg, count_text) + " g"; }

std::string plain_grams(std::int64_t mg) {
  return in_grams(mg, [](std::uint64_t grams) { return std::to_string(grams); });
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace greentill::tools
