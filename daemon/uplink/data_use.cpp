// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/data_use.hpp"

#include <charconv>
#include <chrono>

#include "daemon/base/file.hpp"
#include "daemon/base/local_time.hpp"

namespace greentill::uplink {
namespace {

constexpr unsigned kOwnerOnly = 0600;

bool is_month(std::int32_t month) { return month == 0 || (month > 99 && month % 100 >= 1 && month % 100 <= 12); }

}  // namespace

std::int32_t local_month(std::int64_t unix_seconds) {
  const std::chrono::sys_days day{std::chrono::days(local_day(unix_seconds))};
  const std::chrono::year_month_day date(day);
  return static_cast<int>(date.year()) * 100 + static_cast<std::int32_t>(static_cast<unsigned>(date.month()));
}

void FileDataBook::keep(const DataCount& count) {
  queue_.enqueue([this, count](outbox::Writer&) {
    const std::string text = std::to_string(count.month) + ' ' + std::to_string(count.bytes) + '\n';
    if (Status written = write_file_durably(file_, text, kOwnerOnly); !written) {
      log_.write(LogLevel::warning, "uplink",
                 written.error().message + "; what the line has carried is counted, and forgotten at the next start");
    }
  });
}

Result<DataCount> FileDataBook::load(const std::filesystem::path& file) {
  constexpr std::size_t kMostBytes = 64;
  const auto text = read_file(file, kMostBytes);
  if (!text && text.error().code == ErrorCode::not_found) return DataCount{};
  if (!text) return Failure{text.error()};
  DataCount count;
  const char* const end = text->data() + text->size();
  const auto month = std::from_chars(text->data(), end, count.month);
  if (month.ec == std::errc() && month.ptr != end && *month.ptr == ' ' && is_month(count.month)) {
    const auto bytes = std::from_chars(month.ptr + 1, end, count.bytes);
    if (bytes.ec == std::errc() && std::string_view(bytes.ptr, end) == "\n") return count;
  }
  return fail(ErrorCode::corrupt, file.string() + ": holds no month and number of bytes");
}

}  // namespace greentill::uplink
