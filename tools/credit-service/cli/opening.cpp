// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/opening.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/base/text.hpp"
#include "tools/credit-service/config/opening.hpp"

namespace greentill::credit {

Result<std::unique_ptr<Reading>> Reading::open(const std::filesystem::path& path) {
  auto config = load_config(path);
  if (!config) return Failure{config.error()};
  auto reading = std::make_unique<Reading>();
  reading->config = std::move(*config);
  auto books = open_books(reading->config, reading->hasher);
  if (!books) return Failure{books.error()};
  reading->books = std::move(*books);
  return reading;
}

std::string operator_name() {
  const uid_t user = ::getuid();
  const passwd* entry = ::getpwuid(user);
  const std::string name = entry != nullptr ? entry->pw_name : "uid " + std::to_string(user);
  const char* asked = user == 0 ? std::getenv("SUDO_USER") : nullptr;
  return asked == nullptr ? name : name + " for " + asked;
}

Result<std::int64_t> parse_day(const std::string& text, const std::string& what, const Calendar& calendar) {
  std::string digits = text;
  const bool is_shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (is_shaped) digits = text.substr(0, 4) + text.substr(5, 2) + text.substr(8);
  const auto day = is_shaped ? parse_integer<std::int64_t>(digits) : std::nullopt;
  if (!day || *day < 10'000 || !calendar.begin_of(*day)) {
    return fail(ErrorCode::invalid, what + ": this is no date such as 2026-11-24");
  }
  return *day;
}

}  // namespace greentill::credit
