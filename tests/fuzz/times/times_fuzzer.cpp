// SPDX-License-Identifier: Apache-2.0
// Times as texts write them: a format, and behind a NUL a text. What is read is within the calendar, and a format that is wrong
// says why; the ISO forms read the same text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/base/calendar.hpp"
#include "daemon/base/wall_time.hpp"
#include "tests/fuzz/acceptable.hpp"

namespace {

using namespace greentill;
using fuzz::require;

void check(const std::optional<WallTime>& time) {
  if (!time) return;
  // The years 0 to 9999, and milliseconds of 14 digits.
  require(time->seconds >= -62'167'219'200 && time->seconds <= 253'402'300'800);
  require(!time->utc_offset_s || (*time->utc_offset_s > -kSecondsADay && *time->utc_offset_s < kSecondsADay));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(all.find('\0'), all.size());
  const std::string_view format = all.substr(0, end);
  const std::string_view text = all.substr(std::min(end + 1, all.size()));
  if (const auto fault = time_format_fault(format)) {
    require(!fault->empty());
  } else {
    check(parse_time(text, format));
  }
  check(parse_iso_time(text));
  (void)parse_rfc3339(text);
  return 0;
}
