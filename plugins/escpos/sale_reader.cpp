// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/sale_reader.hpp"

#include <algorithm>
#include <cstdlib>

#include "plugins/common/values/ids.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/items.hpp"
#include "plugins/escpos/notes.hpp"
#include "plugins/escpos/receipt_number.hpp"
#include "plugins/escpos/total.hpp"

namespace greentill::escpos {
namespace {

using plugin::Unusable;

constexpr std::size_t kMostLineBytes = 1024;
constexpr std::size_t kMostReceiptLines = 2'000;
constexpr int kMostDaysOff = 2;  // a till's day may end in the small hours, and its printer may have been off
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::string find_tender(const Lines& lines, std::size_t from, const Profile& profile) {
  for (const bool with_amount : {true, false}) {
    for (std::size_t at = from; at < lines.plain.size(); ++at) {
      if (lines.amounts[at].has_value() != with_amount) continue;
      for (const auto& [tender, phrases] : profile.tenders) {
        if (has_any(lines.plain[at], phrases)) return tender;
      }
    }
  }
  return {};
}

struct FoundNumber {
  std::string number;
  std::size_t line = kNone;
};

Date today_in(const plugin::Zone& zone, std::int64_t unix_seconds) {
  return Date(
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(zone.wall_seconds(unix_seconds)))));
}

class SaleReader {
 public:
  SaleReader(const Receipt& receipt, const Profile& profile, Arrival arrived)
      : profile_(profile), arrived_(arrived), lines_(prepare(texts(receipt), profile.numbers)), used_(lines_.plain.size()) {}

  /// Nothing where the paper is no sale and need not be one. Throws Unusable where it should be one and cannot be used.
  std::optional<plugin::Transaction> read(const std::string& issuer) {
    if (mentions(profile_.no_sale)) return std::nullopt;
    const auto total = find_total(lines_, profile_);
    if (!total && mentions(profile_.slip)) return std::nullopt;
    if (!total) throw Unusable("no line begins with one of the profile's words for the total and has an amount");
    FoundItems items = find_items(lines_, total->line, profile_);
    if (items.lines.empty() && mentions(profile_.slip)) return std::nullopt;
    if (items.lines.empty()) throw Unusable("there is a total, and no line above it is an item by the profile's patterns");
    first_item_ = static_cast<std::size_t>(std::find(items.used.begin(), items.used.end(), true) - items.used.begin());
    add_notes(lines_, total->line, profile_, items);
    used_ = std::move(items.used);
    total_ = *total;
    sale_.attributes = find_fields(lines_, profile_, used_);
    sale_.issuer = issuer;
    sale_.lines = std::move(items.lines);
    sale_.total_minor = total->amount;
    sale_.currency = profile_.currency;
    sale_.receipt_medium = "paper";
    sale_.tender = find_tender(lines_, total->line + 1, profile_);
    read_time();
    const std::string number = find_number(profile_.number, profile_.original).number;
    sale_.event_id = number.empty() ? id(date_, "sha256:" + fingerprint()) : id(date_, number);
    sale_.receipt_number = plugin::printed_number({number});
    read_standing();
    read_return();
    if (doubt_of_date_ != nullptr && sale_.standing == GT_FINAL) doubt(doubt_of_date_);
    plugin::check_limits(sale_);
    return std::move(sale_);
  }

 private:
  static std::vector<std::string> texts(const Receipt& receipt) {
    std::vector<std::string> all;
    for (const Line& line : receipt.lines) {
      if (line.text.size() <= kMostLineBytes) all.push_back(line.text);
    }
    return all;
  }

  /// On a line that is no item and has no price: items are named as they like.
  [[nodiscard]] bool mentions(const Phrases& phrases) const {
    return any_line([&](std::size_t at) { return has_any(lines_.plain[at], phrases); });
  }
  /// Likewise; or on one that is a heading, with a number or a date as it may be.
  [[nodiscard]] bool says(const Phrases& phrases) const {
    return any_line([&](std::size_t at) {
      const PlainLine& line = lines_.plain[at];
      return has_any(line, phrases) || is_heading(line, phrases, profile_.beside) ||
             (at < first_item_ && has_heading(line, phrases, profile_.beside));
    });
  }
  template <typename Judge>
  [[nodiscard]] bool any_line(const Judge& judge) const {
    for (std::size_t at = 0; at < lines_.plain.size(); ++at) {
      if (!used_[at] && !lines_.priced[at] && judge(at)) return true;
    }
    return false;
  }

  /// "Total refund 8.50"; or "Refund 8.50" below a total of 8.50, which no change is as large as.
  [[nodiscard]] bool pays_back() const {
    for (std::size_t at = total_.line; at < lines_.plain.size(); ++at) {
      const PlainLine& line = lines_.plain[at];
      const bool is_total = lines_.amounts[at] && std::abs(*lines_.amounts[at]) == std::abs(total_.amount) && total_.amount != 0;
      if (is_total && at > total_.line && is_heading(line, profile_.refund, profile_.beside)) return true;
      if (at == total_.line && says_any(line, profile_.refund)) return true;
    }
    return false;
  }

  [[nodiscard]] std::string id(const Date& date, const std::string& number) const {
    return profile_.numbers_restart ? plugin::event_id_of({text_of(date), number}) : plugin::event_id_of({number});
  }

  /// Of all that is printed, so that a second copy is the same event.
  [[nodiscard]] std::string fingerprint() const {
    std::string all;
    for (const PlainLine& line : lines_.plain) all += line.text + '\n';
    return plugin::sha256_hex({all}, 16);
  }

  FoundNumber find_number(const Phrases& labels, const Phrases& others) const {
    const NumberContext context{profile_.numbers, profile_.time, date_};
    for (const Phrase& label : labels) {
      for (std::size_t at = 0; at < lines_.plain.size(); ++at) {
        const PlainLine& line = lines_.plain[at];
        const auto behind = used_[at] ? std::nullopt : label.find(line);
        if (!behind || has_any(line, others)) continue;
        std::string number = number_behind(line, *behind, context);
        if (!number.empty()) return {std::move(number), at};
      }
    }
    return {};
  }

  void read_time() {
    // The day of a receipt that goods come back of is not this one's.
    std::vector<PlainLine> own = lines_.plain;
    for (PlainLine& line : own) {
      if (has_any(line, profile_.original) || has_any(line, profile_.original_date)) line = {};
    }
    const PrintedTime printed = find_printed_time(own, profile_.time);
    const Date today = today_in(*profile_.zone, arrived_.at);
    date_ = printed.date ? read_date(*printed.date, today) : today;
    sale_.begin = sale_.end = arrived_.at;
    if (!printed.time_s) {
      if (date_ != today) throw Unusable("a date is printed that is not today's, and no time");
      return;
    }
    const auto midnight = std::chrono::sys_seconds(std::chrono::sys_days(date_));
    const plugin::Readings readings = profile_.zone->readings(midnight.time_since_epoch().count() + *printed.time_s);
    if (readings.empty())
      throw Unusable("the printed time does not exist in " + profile_.zone->name() + ": the clocks skipped it");
    const auto nearest = std::min_element(readings.begin(), readings.end(), [this](std::int64_t a, std::int64_t b) {
      return std::abs(a - arrived_.at) < std::abs(b - arrived_.at);
    });
    sale_.begin = sale_.end = *nearest;
  }

  /// The reading that the moment of printing bears out; else the format's own, with a doubt where there may be another.
  Date read_date(const FoundDate& found, const Date& today) {
    const auto days_off = [&](const DateReading& one) {
      return std::abs((std::chrono::sys_days(one.date) - std::chrono::sys_days(today)).count());
    };
    const auto nearest = std::min_element(found.readings.begin(), found.readings.end(),
                                          [&](const auto& a, const auto& b) { return days_off(a) < days_off(b); });
    const bool is_near = days_off(*nearest) <= kMostDaysOff;
    const DateReading reading = is_near ? *nearest : found.readings.front();
    if (!is_near && arrived_.is_certain) doubt_of_date_ = "the date on it is days from when it was printed";
    if (!is_near && found.is_ambiguous())
      doubt_of_date_ = "nothing tells which of the date's numbers is the day and which the month";
    // "11/11" does not tell the order.
    const bool tells = static_cast<unsigned>(reading.date.day()) != static_cast<unsigned>(reading.date.month());
    if (tells && doubt_of_date_ == nullptr) order_ = reading.order;
    return reading.date;
  }

  void read_standing() {
    if (says(profile_.training))
      sale_.standing = GT_TRAINING;
    else if (says(profile_.interim))
      sale_.standing = GT_INTERIM;
    else if (says(profile_.reprint))
      sale_.standing = GT_REPRINT;
  }

  /// A refund or a void takes back the receipt that it names; where it names none, people have to look at it.
  void read_return() {
    const bool cancelled = says(profile_.cancelled);
    const FoundNumber original = find_number(profile_.original, {});
    const bool returned = cancelled || says(profile_.refund) || pays_back() || sale_.total_minor < 0 ||
                          !original.number.empty() || dates_an_original();
    if (!returned || sale_.standing != GT_FINAL) return;
    sale_.reversal_reason = cancelled ? GT_CANCELLED : GT_REFUND;
    if (original.number.empty()) return doubt("it takes goods back and does not say of which receipt");
    const std::optional<Date> date = original_date(original.line);
    if (!date && profile_.numbers_restart) {
      return doubt("it takes goods back and does not say of which day the receipt is whose number it names");
    }
    sale_.reversed_event_id = id(date.value_or(date_), original.number);
    if (sale_.reversed_event_id == sale_.event_id) doubt("it takes goods back and names itself as the receipt they are of");
  }

  void doubt(const char* why) {
    sale_.standing = GT_DOUBTFUL;
    sale_.remark = why;
    sale_.reversed_event_id.clear();
  }

  /// On the line with its number, or on one of its own. In the order of the receipt's own date, where it may be another.
  [[nodiscard]] std::optional<Date> original_date(std::size_t number_line) const {
    auto found = find_date(lines_.plain[number_line].text, profile_.time);
    for (std::size_t at = 0; at < lines_.plain.size() && !found; ++at) {
      if (has_any(lines_.plain[at], profile_.original_date)) found = find_date(lines_.plain[at].text, profile_.time);
    }
    if (!found || !found->is_ambiguous()) return found ? std::optional(found->date()) : std::nullopt;
    const auto same = std::find_if(found->readings.begin(), found->readings.end(),
                                   [&](const DateReading& one) { return order_ && one.order == *order_; });
    return same == found->readings.end() ? std::nullopt : std::optional(same->date);
  }

  /// "Original receipt: 28/11/2026", without a number; and not a rule about receipts.
  [[nodiscard]] bool dates_an_original() const {
    return any_line([&](std::size_t at) {
      return has_any(lines_.plain[at], profile_.original) && find_date(lines_.plain[at].text, profile_.time).has_value();
    });
  }

  const Profile& profile_;
  Arrival arrived_;
  Lines lines_;
  std::vector<bool> used_;
  std::size_t first_item_ = 0;
  Total total_;
  Date date_;
  std::optional<DateOrder> order_;  // of the printed date's numbers, where it tells
  const char* doubt_of_date_ = nullptr;
  plugin::Transaction sale_;
};

}  // namespace

Understood understand(const Receipt& receipt, const Profile& profile, const std::string& issuer, Arrival arrived) {
  if (receipt.is_blank()) return {};
  Understood result;
  if (receipt.lines.size() > kMostReceiptLines) {
    result.problem = "it has more than " + std::to_string(kMostReceiptLines) + " lines, as no receipt has";
    return result;
  }
  try {
    result.transaction = SaleReader(receipt, profile, arrived).read(issuer);
  } catch (const Unusable& error) {
    result.problem = error.what();
  }
  return result;
}

}  // namespace greentill::escpos
