// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/printed_time.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/base/time_text.hpp"
#include "plugins/escpos/numbers.hpp"

namespace greentill::escpos {
namespace {

constexpr std::size_t kLeastMonthLetters = 3;
constexpr std::size_t kNearLines = 2;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

std::vector<std::string>::const_iterator month_of(std::string_view word, const std::vector<std::string>& months) {
  if (word.size() < kLeastMonthLetters) return months.end();
  return std::find_if(months.begin(), months.end(), [&](const std::string& month) { return month.starts_with(word); });
}

struct Fields {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  bool twelve = false;
  bool afternoon = false;
};

class Matcher {
 public:
  Matcher(std::string_view text, const std::vector<std::string>& months) : text_(text), months_(months) {}

  bool match(std::string_view format) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] == '%' && i + 1 < format.size() ? !field(format[++i]) : !literal(format[i])) return false;
    }
    // Half a number is none: "10.11.2026" has no %y.
    return at_ == text_.size() || !is_digit(text_[at_]) || at_ == 0 || !is_digit(text_[at_ - 1]);
  }
  [[nodiscard]] std::size_t end() const { return at_; }
  [[nodiscard]] const Fields& fields() const { return fields_; }

 private:
  bool number(std::size_t least, std::size_t most, int& value) {
    std::size_t digits = 0;
    value = 0;
    for (; digits < most && at_ < text_.size() && is_digit(text_[at_]); ++digits) value = value * 10 + (text_[at_++] - '0');
    return digits >= least;
  }
  bool literal(char expected) {
    const std::size_t begin = at_;
    if (expected == ' ') {
      while (at_ < text_.size() && text_[at_] == ' ') ++at_;
      return at_ > begin;
    }
    if (at_ == text_.size() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }
  std::string_view word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_letter(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  bool month() {
    const auto words = PlainLine::from(word()).words;
    if (words.size() != 1) return false;
    const auto found = month_of(words[0].folded, months_);
    if (at_ < text_.size() && text_[at_] == '.') ++at_;  // "Nov."
    fields_.month = static_cast<int>(found - months_.begin()) + 1;
    return found != months_.end();
  }
  bool half_of_day() {
    fields_.twelve = true;
    for (const std::string_view form : {"am", "a.m.", "a. m.", "pm", "p.m.", "p. m."}) {
      if (lower_case(text_.substr(at_, form.size())) != form) continue;
      fields_.afternoon = form.starts_with('p');
      at_ += form.size();
      return true;
    }
    return false;
  }
  bool ordinal() {
    for (const std::string_view ending : {"st", "nd", "rd", "th", "."}) {
      if (!text_.substr(at_).starts_with(ending)) continue;
      at_ += ending.size();
      break;
    }
    return true;
  }
  bool field(char what) {
    switch (what) {
      case 'Y': return number(4, 4, fields_.year);
      case 'y': {
        const bool found = number(2, 2, fields_.year);
        fields_.year += 2000;
        return found;
      }
      case 'm': return number(1, 2, fields_.month);
      case 'd': return number(1, 2, fields_.day);
      case 'H':
      case 'I': return number(1, 2, fields_.hour);
      case 'M': return number(2, 2, fields_.minute);
      case 'S': return number(2, 2, fields_.second);
      case 'p': return half_of_day();
      case 'B': return month();
      case 'A': return !word().empty();
      case 'o': return ordinal();
      default: return false;
    }
  }

  std::string_view text_;
  const std::vector<std::string>& months_;
  std::size_t at_ = 0;
  Fields fields_;
};

/// Calls use(format, fields, end) for each place where one of the formats matches, until it says true.
template <typename Use>
bool find(const std::string& text, std::size_t from, const std::vector<std::string>& formats,
          const std::vector<std::string>& months, const Use& use) {
  for (std::size_t at = from; at < text.size(); ++at) {
    const bool in_number = at > 0 && is_digit(text[at]) && is_digit(text[at - 1]);
    const bool in_word = at > 0 && is_letter(text[at]) && is_letter(text[at - 1]);
    if (in_number || in_word) continue;
    for (const std::string& format : formats) {
      Matcher matcher(std::string_view(text).substr(at), months);
      if (matcher.match(format) && use(format, matcher.fields(), at + matcher.end())) return true;
    }
  }
  return false;
}

/// Numbers alone, and the year the last of them: then other orders are in use as well.
bool has_other_orders(const std::string& format) {
  const std::size_t year = std::min(format.find("%Y"), format.find("%y"));
  const std::size_t day = format.find("%d");
  const std::size_t month = format.find("%m");
  return year != std::string::npos && day < year && month < year;
}

std::vector<DateReading> readings_of(const std::string& format, const Fields& f) {
  std::vector<DateReading> readings;
  const auto add = [&](DateOrder order, int year, int month, int day) {
    const Date date =
        std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) / std::chrono::day(static_cast<unsigned>(day));
    const bool known = std::any_of(readings.begin(), readings.end(), [&](const DateReading& one) { return one.date == date; });
    if (date.ok() && !known) readings.push_back({date, order});
  };
  add(DateOrder::as_format, f.year, f.month, f.day);
  if (!has_other_orders(format)) return readings;
  if (format.find('.') == std::string::npos) add(DateOrder::swapped, f.year, f.day, f.month);
  const int first = format.find("%d") < format.find("%m") ? f.day : f.month;
  const int second = format.find("%d") < format.find("%m") ? f.month : f.day;
  // It accompanies others alone: "30-02-12" is a bank's number.
  if (!readings.empty() && format.find("%y") != std::string::npos)
    add(DateOrder::year_first, 2000 + first, second, f.year - 2000);
  return readings;
}

std::optional<std::int64_t> seconds_of_day(Fields f) {
  if (f.twelve) {
    if (f.hour < 1 || f.hour > 12) return std::nullopt;
    f.hour = f.hour % 12 + (f.afternoon ? 12 : 0);
  }
  if (f.hour > 23 || f.minute > 59 || f.second > 59) return std::nullopt;
  return f.hour * 3600 + f.minute * 60 + f.second;
}

}  // namespace

std::string text_of(const Date& date) { return date_text(std::chrono::sys_days(date).time_since_epoch().count()); }

std::optional<std::string> TimeFormats::fault_of(std::string_view format) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size() || std::string_view("YymdHIMSpBAo").find(format[i]) == std::string_view::npos) {
      return "'" + std::string(format) + "' has a field that is none of %Y %y %m %d %H %I %M %S %p %B %A %o";
    }
  }
  return format.empty() ? std::optional<std::string>("holds an empty format") : std::nullopt;
}

std::optional<FoundDate> find_date(const std::string& text, const TimeFormats& formats) {
  std::optional<FoundDate> found;
  find(text, 0, formats.dates, formats.months, [&](const std::string& format, const Fields& fields, std::size_t end) {
    auto readings = readings_of(format, fields);
    if (!readings.empty()) found = FoundDate{std::move(readings), end};
    return found.has_value();
  });
  return found;
}

std::optional<std::int64_t> find_time(const std::string& text, std::size_t from, const TimeFormats& formats) {
  std::optional<std::int64_t> found;
  find(text, from, formats.times, formats.months, [&](const std::string& /*format*/, const Fields& fields, std::size_t /*end*/) {
    found = seconds_of_day(fields);
    return found.has_value();
  });
  return found;
}

bool is_month(std::string_view word, const std::vector<std::string>& months) { return month_of(word, months) != months.end(); }

PrintedTime find_printed_time(const std::vector<PlainLine>& lines, const TimeFormats& formats) {
  PrintedTime found;
  std::size_t at = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto date = find_date(lines[i].text, formats);
    if (!date) continue;
    // "08:15 24.11.2026" as well as the other way about.
    auto time = find_time(lines[i].text, date->end, formats);
    if (!time) time = find_time(lines[i].text, 0, formats);
    if (time) return {std::move(date), time};
    if (!found.date) at = i;
    if (!found.date) found.date = std::move(date);
  }
  for (std::size_t distance = 1; found.date && distance <= kNearLines && !found.time_s; ++distance) {
    if (at + distance < lines.size()) found.time_s = find_time(lines[at + distance].text, 0, formats);
    if (!found.time_s && at >= distance) found.time_s = find_time(lines[at - distance].text, 0, formats);
  }
  return found;
}

}  // namespace greentill::escpos
