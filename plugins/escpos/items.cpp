// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/items.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "plugins/common/values/gtin.hpp"
#include "plugins/common/values/units.hpp"
#include "plugins/escpos/frames.hpp"
#include "plugins/escpos/total.hpp"

namespace greentill::escpos {
namespace {

using ItemLine = plugin::Transaction::Line;

struct AmountAtEnd {
  std::int64_t amount;
  bool priced;  // it is no plain number
};

/// Also of "total:28.00" and of an amount right behind an ideograph, which no space parts.
std::optional<AmountAtEnd> amount_at_end(std::string_view word, const Numbers& numbers) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool begins = i == 0 || word[i - 1] == ':' || word[i - 1] == '=' || static_cast<unsigned char>(word[i - 1]) >= 0x80;
    if (!begins) continue;
    const std::string_view end = word.substr(i);
    if (const auto amount = numbers.amount(end)) return AmountAtEnd{*amount, !all_digits(end)};
  }
  return std::nullopt;
}

bool has_symbol(const std::string& text, const Numbers& numbers) {
  const std::string small = lower_case(text);
  return std::any_of(numbers.symbols.begin(), numbers.symbols.end(),
                     [&](const std::string& symbol) { return small.find(symbol) != std::string::npos; });
}

class Gatherer {
 public:
  Gatherer(const Lines& lines, const Profile& profile) : lines_(lines), profile_(profile) {
    found_.used.resize(lines.plain.size());
  }

  void read(std::size_t at) {
    const PlainLine& line = lines_.plain[at];
    if (line.words.empty()) return;
    if (is_figure(at) || is_total(lines_, at, profile_)) {
      name_above_ = kNone;
      return;
    }
    const bool voided = has_any(line, profile_.voided);
    const bool excluded = (has_any(line, profile_.not_items) && !is_reduction(at)) || profile_.begins_with_tender(line);
    if (excluded || !match(at, voided)) {
      // "VOID" alone, above the item that it takes back.
      if (voided) next_is_void_ = true;
      name_above_ = excluded || voided || lines_.amounts[at] ? kNone : at;
    }
  }
  FoundItems take() { return std::move(found_); }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// A receipt's number or a heading with one, which amounts without decimals look like.
  [[nodiscard]] bool is_figure(std::size_t at) const {
    if (!lines_.amounts[at] || lines_.priced[at]) return false;
    const auto& p = profile_;
    if (has_any(lines_.plain[at], p.number) || has_any(lines_.plain[at], p.original)) return true;
    return p.is_any_heading(lines_.plain[at]);
  }

  /// "Customer cup -0.20", and neither "Customer: Jane Roe -0.20" nor "Rounding -0.02": it says more than the word that is no
  /// item's.
  [[nodiscard]] bool is_reduction(std::size_t at) const {
    if (!lines_.amounts[at] || *lines_.amounts[at] >= 0) return false;
    const PlainLine& line = lines_.plain[at];
    auto more =
        std::count_if(line.words.begin(), line.words.end(), [&](const PlainWord& word) { return profile_.is_plain_word(word); });
    for (const Phrase& phrase : profile_.not_items) {
      const auto behind = phrase.find(line);
      if (!behind) continue;
      more -= static_cast<std::ptrdiff_t>(phrase.words.size());
      if (line.text.substr(line.words[*behind - 1].end).starts_with(':')) return false;
    }
    return more > 0;
  }

  bool match(std::size_t at, bool voided) {
    for (const ItemPattern& pattern : profile_.items) {
      const auto item = pattern.match(lines_.words[at], profile_.numbers);
      if (!item || !join(pattern.joins(), *item, at, voided)) continue;
      found_.used[at] = true;
      name_above_ = kNone;
      return true;
    }
    return false;
  }

  bool join(ItemPattern::Joins joins, const Item& item, std::size_t at, bool voided) {
    switch (joins) {
      case ItemPattern::Joins::nothing: return add(item, item.name, at, voided);
      case ItemPattern::Joins::name_above:
        if (name_above_ == kNone) return false;
        found_.used[name_above_] = true;
        return add(item, shown(name_above_), at, voided);
      case ItemPattern::Joins::item_above:
        if (last_at_ == kNone || at != last_at_ + 1 || !fits(item, found_.lines.back().amount_minor)) return false;
        set_quantity(found_.lines.back(), item);
        return true;
      case ItemPattern::Joins::item_below: quantity_above_ = item; return true;
    }
    return false;
  }

  bool add(const Item& item, const std::string& name, std::size_t at, bool voided) {
    ItemLine line;
    line.name = name;
    (plugin::is_gtin(item.sku) ? line.gtin : line.sku) = item.sku;
    line.amount_minor = *item.amount;
    if (item.quantity_milli) set_quantity(line, item);
    if (!item.quantity_milli && quantity_above_ && fits(*quantity_above_, line.amount_minor))
      set_quantity(line, *quantity_above_);
    // A void is pieces that come back; a reduction has a negative amount and takes no piece back.
    if ((voided || next_is_void_) && line.quantity_milli > 0) line.quantity_milli = -line.quantity_milli;
    next_is_void_ = false;
    quantity_above_.reset();
    found_.lines.push_back(std::move(line));
    found_.at.push_back(at);
    last_at_ = at;
    return true;
  }

  /// In pieces, kilograms or litres; 0 where the unit is none that is known.
  static std::int64_t quantity_of(const Item& item) {
    if (item.unit.empty()) return *item.quantity_milli;
    const auto milli = Decimal::parse(std::to_string(*item.quantity_milli));
    const auto thousandth = Decimal::parse("0.001");
    return plugin::line_quantity_milli(*milli->times(*thousandth), item.unit).value_or(0);
  }
  static bool fits(const Item& detail, std::int64_t amount) {
    return !detail.price || agrees(*detail.quantity_milli, *detail.price, amount);
  }
  static void set_quantity(ItemLine& line, const Item& item) {
    const std::int64_t quantity = quantity_of(item);
    line.quantity_milli = line.quantity_milli < 0 ? -quantity : quantity;
    line.unit = plugin::line_unit(item.unit);
  }
  [[nodiscard]] std::string shown(std::size_t at) const {
    std::string name;
    for (const std::string& word : lines_.words[at].shown) name += (name.empty() ? "" : " ") + word;
    return name;
  }

  const Lines& lines_;
  const Profile& profile_;
  FoundItems found_;
  std::size_t name_above_ = kNone;
  std::size_t last_at_ = kNone;
  std::optional<Item> quantity_above_;
  bool next_is_void_ = false;
};

}  // namespace

Lines prepare(const std::vector<std::string>& texts, const Numbers& numbers) {
  Lines lines;
  for (const std::string& printed : texts) {
    const std::string text = without_frames(printed);
    lines.plain.push_back(PlainLine::from(text));
    lines.words.push_back(ItemWords::from(text, numbers));
    std::optional<std::int64_t> last;
    bool priced = has_symbol(lines.plain.back().text, numbers);
    for (const std::string& word : lines.words.back().plain) {
      const auto found = amount_at_end(word, numbers);
      if (!found) continue;
      last = found->amount;
      priced = priced || found->priced;
    }
    lines.amounts.push_back(last);
    lines.priced.push_back(last && priced);
  }
  return lines;
}

FoundItems find_items(const Lines& lines, std::size_t end, const Profile& profile) {
  Gatherer gatherer(lines, profile);
  for (std::size_t at = 0; at < end; ++at) gatherer.read(at);
  return gatherer.take();
}

}  // namespace greentill::escpos
