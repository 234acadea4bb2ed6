// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/wall_time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "daemon/base/text.hpp"

namespace greentill {
namespace {

constexpr std::string_view kFields = "YymdHIMSpfzsQ";

/// French, Spanish and, in newer data, English put a no-break space before the half of the day.
constexpr std::array<std::string_view, 3> kSpaces{" ", "\xc2\xa0", "\xe2\x80\xaf"};
/// The half of the day as English, Spanish, Chinese, Japanese and Korean write it; true for the second half.
constexpr std::array<std::pair<std::string_view, bool>, 12> kHalves{{{"am", false},
                                                                     {"pm", true},
                                                                     {"a.m.", false},
                                                                     {"p.m.", true},
                                                                     {"a. m.", false},
                                                                     {"p. m.", true},
                                                                     {"上午", false},
                                                                     {"下午", true},
                                                                     {"午前", false},
                                                                     {"午後", true},
                                                                     {"오전", false},
                                                                     {"오후", true}}};

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
  bool space() {
    const auto found = std::find_if(kSpaces.begin(), kSpaces.end(), [this](auto one) { return text_.starts_with(one); });
    if (found == kSpaces.end()) return false;
    text_.remove_prefix(found->size());
    return true;
  }
  bool half_of_day(std::optional<bool>& second) {
    for (const auto& [form, is_second] : kHalves) {
      Scanner ahead(text_);
      const bool there = std::all_of(form.begin(), form.end(), [&](char c) {
        return c == ' ' ? ahead.space() : ahead.one_of(std::string{c, upper(c)});
      });
      if (!there) continue;
      second = is_second;
      text_ = ahead.text_;
      return true;
    }
    return false;
  }
  bool count(std::size_t least, std::size_t most, std::int64_t& value) {
    const std::size_t digits = std::min(text_.find_first_not_of("0123456789"), text_.size());
    const auto read = parse_integer<std::int64_t>(text_.substr(0, digits));
    if (digits < least || digits > most || !read) return false;
    value = *read;
    text_.remove_prefix(digits);
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
  static char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
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
  bool twelve = false;                     // `hour` is a 12-hour clock's
  std::optional<bool> second_half;         // which half of the day `hour` is in
  std::optional<std::int64_t> since_1970;  // Unix time that was read; replaces all other fields

  [[nodiscard]] std::optional<WallTime> time() const {
    using namespace std::chrono;
    if (since_1970) return WallTime{*since_1970, 0};
    if (twelve && (hour < 1 || hour > 12 || !second_half)) return std::nullopt;
    const int of_day = twelve ? hour % 12 + (*second_half ? 12 : 0) : hour;
    const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || of_day > 23 || minute > 59 || second > 60) return std::nullopt;
    return WallTime{sys_seconds(sys_days(date)).time_since_epoch().count() + ((of_day * 60 + minute) * std::int64_t{60}) + second,
                    offset};
  }
};

bool scan(Scanner& in, char what, Fields& into) {
  int fraction = 0;
  switch (what) {
    case 'Y': return in.number(4, 4, into.year);
    case 'y': {
      const bool read = in.number(2, 2, into.year);
      into.year += 2000;
      return read;
    }
    case 'm': return in.number(1, 2, into.month);
    case 'd': return in.number(1, 2, into.day);
    case 'H': return in.number(1, 2, into.hour);
    case 'I': into.twelve = true; return in.number(1, 2, into.hour);
    case 'p': return in.half_of_day(into.second_half);
    case 'M': return in.number(2, 2, into.minute);
    case 'S': return in.number(2, 2, into.second);
    case 'f': return in.number(1, 9, fraction);
    case 'z': return in.offset(into.offset);
    case 's': return in.count(9, 11, into.since_1970.emplace());
    case 'Q': {
      const bool read = in.count(12, 14, into.since_1970.emplace());
      *into.since_1970 /= 1000;
      return read;
    }
    default: return false;
  }
}

/// The form that both standards share: every part of date and time has two digits, the year four.
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
    const bool matches = is_field           ? scan(in, format[++i], fields)
                         : format[i] == ' ' ? in.space()
                                            : in.one_of(format.substr(i, 1));
    if (!matches) return std::nullopt;
  }
  return in.done() ? fields.time() : std::nullopt;
}

std::optional<std::string> time_format_fault(std::string_view format) {
  std::string fields;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    const std::string_view field = format.substr(i++, 2);
    if (field.size() < 2 || kFields.find(field[1]) == std::string_view::npos) {
      return "'" + std::string(field) + "' is none of %Y %y %m %d %H %I %M %S %p %f %z %s %Q";
    }
    if (fields.find(field[1]) != std::string::npos) return "'" + std::string(field) + "' stands twice";
    fields += field[1];
  }
  const auto has = [&](char field) { return fields.find(field) != std::string::npos; };
  if (fields.empty()) return "it has no field such as %Y";
  if (has('Y') && has('y')) return "%Y and %y are both the year";
  if (has('H') && has('I')) return "%H and %I are both the hour";
  if (has('I') != has('p')) return "%I and %p go together: an hour of half a day, and which half";
  const bool counts = has('s') || has('Q');
  if (counts && fields.find_first_not_of("sQf") != std::string::npos)
    return "%s and %Q are the whole time: nothing goes with them but %f";
  if (has('s') && has('Q')) return "%s and %Q are both the whole time";
  return std::nullopt;
}

std::optional<WallTime> parse_iso_time(std::string_view text) { return parse_standard(text, "T", ".,"); }

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto time = parse_standard(text, "Tt ", ".");
  // RFC 3339 requires the colon in the offset.
  const bool whole = time && time->utc_offset_s && (text.ends_with('Z') || text.ends_with('z') || text[text.size() - 3] == ':');
  return whole ? std::optional(time->seconds - *time->utc_offset_s) : std::nullopt;
}

}  // namespace greentill
