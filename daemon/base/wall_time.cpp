// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/wall_time.hpp"

#include <chrono>

namespace greentill {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool number(std::size_t least, std::size_t most, int& value) {
    std::size_t digits = 0;
    value = 0;
    for (; digits < most && at_digit(); ++digits) {
      value = value * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    return digits >= least;
  }
  bool one_of(std::string_view expected) {
    if (text_.empty() || expected.find(text_[0]) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool digits() {
    if (!at_digit()) return false;
    while (at_digit()) text_.remove_prefix(1);
    return true;
  }
  bool offset(std::optional<std::int64_t>& seconds) {
    const bool negative = text_.starts_with('-');
    seconds = 0;
    if (one_of("Zz")) return true;
    int hours = 0;
    int minutes = 0;
    if (!one_of("+-") || !number(2, 2, hours)) return false;
    one_of(":");
    if (!number(2, 2, minutes) || hours > 23 || minutes > 59) return false;
    seconds = (negative ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
  }
  [[nodiscard]] bool done() const { return text_.empty(); }

 private:
  [[nodiscard]] bool at_digit() const { return !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; }
  std::string_view text_;
};

struct Fields {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::optional<std::int64_t> offset;

  [[nodiscard]] std::optional<WallTime> time() const {
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return WallTime{sys_seconds(sys_days(date)).time_since_epoch().count() + ((hour * 60 + minute) * std::int64_t{60}) + second,
                    offset};
  }
};

bool scan(Scanner& in, char what, Fields& into) {
  int fraction = 0;
  switch (what) {
    case 'Y': return in.number(4, 4, into.year);
    case 'm': return in.number(1, 2, into.month);
    case 'd': return in.number(1, 2, into.day);
    case 'H': return in.number(1, 2, into.hour);
    case 'M': return in.number(2, 2, into.minute);
    case 'S': return in.number(2, 2, into.second);
    case 'f': return in.number(1, 9, fraction);
    case 'z': return in.offset(into.offset);
    default: return false;
  }
}

/// Both standards' common form, all parts of a date and time with two digits.
std::optional<WallTime> parse_standard(std::string_view text, std::string_view separators, std::string_view points) {
  Scanner in(text);
  Fields f;
  const bool read = in.number(4, 4, f.year) && in.one_of("-") && in.number(2, 2, f.month) && in.one_of("-") &&
                    in.number(2, 2, f.day) && in.one_of(separators) && in.number(2, 2, f.hour) && in.one_of(":") &&
                    in.number(2, 2, f.minute) && in.one_of(":") && in.number(2, 2, f.second) &&
                    (!in.one_of(points) || in.digits()) && (in.done() || in.offset(f.offset)) && in.done();
  return read ? f.time() : std::nullopt;
}

}  // namespace

std::optional<WallTime> parse_time(std::string_view text, std::string_view format) {
  Scanner in(text);
  Fields fields;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const bool is_field = format[i] == '%' && i + 1 < format.size();
    if (is_field ? !scan(in, format[++i], fields) : !in.one_of(format.substr(i, 1))) return std::nullopt;
  }
  return in.done() ? fields.time() : std::nullopt;
}

std::optional<WallTime> parse_iso_time(std::string_view text) { return parse_standard(text, "T", ".,"); }

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto time = parse_standard(text, "Tt ", ".");
  // The colon of the offset may not be left out.
  const bool whole = time && time->utc_offset_s && (text.ends_with('Z') || text.ends_with('z') || text[text.size() - 3] == ':');
  return whole ? std::optional(time->seconds - *time->utc_offset_s) : std::nullopt;
}

}  // namespace greentill
