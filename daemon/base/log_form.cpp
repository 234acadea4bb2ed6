// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/log_form.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string_view>

#include "daemon/base/local_time.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/time_text.hpp"

namespace greentill {
namespace {

constexpr std::array<std::string_view, 4> kPriorities{"<7>", "<6>", "<4>", "<3>"};
constexpr std::array<std::string_view, 4> kWords{"debug", "info", "warning", "error"};

std::int64_t seconds_of(LogTime at) { return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count(); }

/// "2026-11-28 14:03:09" as the zone's clocks show it.
std::string local_time(LogTime at, char between) {
  const std::int64_t seconds = seconds_of(at);
  return clock_text(seconds + utc_offset_at(seconds), between).value_or(std::to_string(seconds));
}

std::string time_of_day(LogTime at) {
  const std::string text = local_time(at, ' ');
  return text.substr(text.find(' ') + 1);
}

std::string rfc3339(LogTime at) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count() % 1000;
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03d", static_cast<int>(ms < 0 ? ms + 1000 : ms));
  return local_time(at, 'T') + fraction.data() + offset_text(utc_offset_at(seconds_of(at)));
}

std::string front(LogForm form, const LogLine& line) {
  const auto level = static_cast<std::size_t>(line.level);
  if (form == LogForm::journal) return std::string(kPriorities[level]);
  if (form == LogForm::terminal && line.for_caller) return {};
  const std::string time = form == LogForm::terminal ? local_time(line.at, ' ') : rfc3339(line.at);
  return time + ' ' + std::string(kWords[level]) + ' ';
}

}  // namespace

LogForm log_form_of(int descriptor) {
  if (::isatty(descriptor) == 1) return LogForm::terminal;
  struct stat status {};
  const char* const journal = std::getenv("JOURNAL_STREAM");
  if (journal == nullptr || ::fstat(descriptor, &status) != 0) return LogForm::plain;
  return journal == std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) ? LogForm::journal : LogForm::plain;
}

std::string log_text(LogForm form, const LogLine& line) {
  const std::string_view message(line.message);
  const bool whole = message.size() <= LogQueue::kMostMessageBytes;
  return front(form, line) + line.module + ": " + printable(message.substr(0, LogQueue::kMostMessageBytes)) +
         (whole ? "\n" : " ... (cut)\n");
}

LogLine line_about(const LostLines& lost, const std::string& why, LogTime now) {
  const std::uint64_t all = std::accumulate(lost.by_level.begin(), lost.by_level.end(), std::uint64_t{0});
  const auto count = [&lost](LogLevel level) { return std::to_string(lost.by_level[static_cast<std::size_t>(level)]); };
  return {LogLevel::warning, now, "log",
          std::to_string(all) + " lines were left out from " + time_of_day(lost.first) + " to " + time_of_day(lost.last) +
              " (errors: " + count(LogLevel::error) + ", warnings: " + count(LogLevel::warning) + "): " + why,
          false};
}

}  // namespace greentill
