// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/parameters.hpp"

#include "daemon/base/text.hpp"
#include "daemon/base/wall_time.hpp"
#include "daemon/event/card_mask.hpp"

namespace greentill::api {

Result<bool, Problem> read_period(std::string_view name, std::string_view value, Period& into) {
  if (name != "since" && name != "until") return false;
  auto time = parse_integer<std::int64_t>(value);
  if (!time) time = parse_rfc3339(value);
  if (!time) {
    return Failure{
        bad_parameter(std::string(name), "must be a time: Unix seconds, or RFC 3339 such as 2026-11-24T08:00:00+02:00")};
  }
  (name == "since" ? into.since : into.until) = *time;
  return true;
}

std::string read_printed(std::string value) {
  event::mask_card_numbers(value);
  return value;
}

}  // namespace greentill::api
