// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/rfc3339.hpp"

#include <chrono>

namespace greentill::event {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (text_.empty() || text_[0] < '0' || text_[0] > '9') {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    return value;
  }

  char one_of(std::string_view choice) {
    if (text_.empty() || choice.find(text_[0]) == std::string_view::npos) {
      ok_ = false;
      return '\0';
    }
    const char found = text_[0];
    text_.remove_prefix(1);
    return found;
  }

  void skip_fraction() {
    if (text_.empty() || text_[0] != '.') return;
    text_.remove_prefix(1);
    number(1);
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') text_.remove_prefix(1);
  }

  [[nodiscard]] bool finished() const { return ok_ && text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

}  // namespace

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Scanner scanner(text);
  const int year_number = scanner.number(4);
  scanner.one_of("-");
  const int month_number = scanner.number(2);
  scanner.one_of("-");
  const int day_number = scanner.number(2);
  scanner.one_of("Tt ");
  const int hour = scanner.number(2);
  scanner.one_of(":");
  const int minute = scanner.number(2);
  scanner.one_of(":");
  const int second = scanner.number(2);
  scanner.skip_fraction();
  const char sign = scanner.one_of("Zz+-");
  int offset_minutes = 0;
  if (sign == '+' || sign == '-') {
    const int offset_hour = scanner.number(2);
    scanner.one_of(":");
    const int offset_minute = scanner.number(2);
    if (offset_hour > 23 || offset_minute > 59) return std::nullopt;
    offset_minutes = (sign == '-' ? -1 : 1) * (offset_hour * 60 + offset_minute);
  }
  const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  if (!scanner.finished() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto since_epoch = sys_days{date}.time_since_epoch() + hours{hour} + minutes{minute - offset_minutes} + seconds{second};
  return duration_cast<seconds>(since_epoch).count();
}

}  // namespace greentill::event
