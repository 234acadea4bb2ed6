// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/log_form.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <string_view>

#include "daemon/base/printable.hpp"

namespace greentill {
namespace {

constexpr std::array<std::string_view, 4> kPriorities{"<7>", "<6>", "<4>", "<3>"};
constexpr std::array<std::string_view, 4> kWords{"debug", "info", "warning", "error"};

std::string local_time(LogTime at, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at));
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

std::string rfc3339(LogTime at) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count() % 1000;
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03d", static_cast<int>(ms < 0 ? ms + 1000 : ms));
  std::string offset = local_time(at, "%z");  // "+0100"
  if (offset.size() == 5) offset.insert(3, ":");
  return local_time(at, "%Y-%m-%dT%H:%M:%S") + fraction.data() + offset;
}

std::string front(LogForm form, const LogLine& line) {
  const auto level = static_cast<std::size_t>(line.level);
  if (form == LogForm::journal) return std::string(kPriorities[level]);
  if (form == LogForm::terminal && line.for_caller) return {};
  const std::string time = form == LogForm::terminal ? local_time(line.at, "%Y-%m-%d %H:%M:%S") : rfc3339(line.at);
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
          std::to_string(all) + " lines were left out from " + local_time(lost.first, "%H:%M:%S") + " to " +
              local_time(lost.last, "%H:%M:%S") + " (errors: " + count(LogLevel::error) +
              ", warnings: " + count(LogLevel::warning) + "): " + why,
          false};
}

}  // namespace greentill
