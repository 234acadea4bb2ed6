// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/time_text.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace greentill {
namespace {

constexpr std::int64_t kFirstDay = -719'528;  // 0000-01-01
constexpr std::int64_t kLastDay = 2'932'896;  // 9999-12-31

}  // namespace

std::string date_text(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text.data();
}

std::optional<std::string> clock_text(std::int64_t seconds, char between) {
  const std::int64_t day = day_at(seconds);
  if (day < kFirstDay || day > kLastDay) return std::nullopt;
  const auto rest = static_cast<int>(seconds - day * kSecondsADay);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%c%02d:%02d:%02d", between, rest / 3600, rest / 60 % 60, rest % 60);
  return date_text(day) + text.data();
}

std::string offset_text(std::int64_t utc_offset_s) {
  const auto minutes = static_cast<int>(std::labs(utc_offset_s) % kSecondsADay / 60);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%c%02d:%02d", utc_offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return text.data();
}

}  // namespace greentill
