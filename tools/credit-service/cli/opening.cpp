// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/opening.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

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

namespace {

std::string user_name() {
  const uid_t user = ::getuid();
  const passwd* entry = ::getpwuid(user);
  return entry != nullptr ? entry->pw_name : "uid " + std::to_string(user);
}

/// Null: nobody did.
const char* asked_by_sudo() { return ::getuid() == 0 ? std::getenv("SUDO_USER") : nullptr; }

}  // namespace

std::string operator_name() {
  const char* const asked = asked_by_sudo();
  return asked == nullptr ? user_name() : user_name() + " for " + asked;
}

std::string operator_person() {
  const char* const asked = asked_by_sudo();
  return asked == nullptr ? user_name() : asked;
}

Result<std::int64_t> parse_day(const std::string& text, const std::string& what, const Calendar& calendar) {
  const auto day = calendar.day_of(text);
  return day ? Result<std::int64_t>(*day) : fail(ErrorCode::invalid, what + ": this is no date such as 2026-11-24");
}

}  // namespace greentill::credit
