// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/article.hpp"

#include <algorithm>

#include "daemon/base/decimal.hpp"
#include "plugins/common/values/gtin.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/common/values/units.hpp"

namespace greentill::poslog {
namespace {

using plugin::Unusable;

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

[[noreturn]] void refuse(std::size_t line, const char* what) {
  throw Unusable("line " + std::to_string(line) + ": its " + what + " is no amount");
}

/// No smaller than that either, so that its sign can be turned.
std::int64_t turnable(std::optional<std::int64_t> amount, std::size_t line, const char* what) {
  if (!amount || *amount == INT64_MIN) refuse(line, what);
  return *amount;
}

/// Of what is weighed, some tills write the weight as Quantity, others the number of packs there and the weight as Units. Where
/// these differ, nobody says which it is.
bool is_ambiguous(const Line& from, const Decimal& quantity) {
  const auto unit = plugin::unit_of(from.unit);
  if (from.units.empty() || !unit || unit->measure == plugin::Measure::pieces) return false;
  const auto units = Decimal::parse(from.units);
  return !units || (!(*units == quantity) && !(*units == *Decimal::parse("1")));
}

void read_quantity(const Line& from, std::size_t number, Article& into) {
  if (from.quantity.empty() && from.unit.empty()) return;
  const auto quantity = Decimal::parse(from.quantity);
  if (!quantity) refuse(number, "Quantity");
  into.is_negative = quantity->sign() < 0;
  const auto milli = from.unit.empty()               ? quantity->in_units(3)
                     : is_ambiguous(from, *quantity) ? std::optional<std::int64_t>(0)
                                                     : plugin::line_quantity_milli(*quantity, from.unit);
  into.line.quantity_milli = turnable(milli, number, "Quantity");
  into.line.unit = plugin::line_unit(from.unit);
}

Article read_article(const Line& from, std::optional<unsigned> minor, std::size_t number) {
  Article article{{}, &from, from.is_return};
  article.line.sku = sku_of(from.item_id.empty() ? from.keyed : from.item_id);
  article.line.gtin = gtin_of(from.scanned);
  if (article.line.sku.empty()) article.line.sku = sku_of(from.scanned);
  article.line.name = from.name;
  article.line.category = from.category;
  read_quantity(from, number, article);
  if (from.amount.empty()) return article;
  article.line.amount_minor = turnable(minor_units(from.amount, minor), number, "ExtendedAmount");
  article.gives_money = Decimal::parse(from.amount)->sign() < 0;
  return article;
}

void take_back(Article& article) {
  article.is_negative = true;
  article.line.quantity_milli = -std::abs(article.line.quantity_milli);
  article.line.amount_minor = -std::abs(article.line.amount_minor);
}

/// A return that was voided is none: the nearest before it with as much of the same article goes with it.
void drop_return(std::vector<Article>& articles, const Article& voided) {
  const auto same = std::find_if(articles.rbegin(), articles.rend(), [&](const Article& other) {
    return other.is_return && other.line.sku == voided.line.sku && other.line.name == voided.line.name &&
           std::abs(other.line.quantity_milli) == std::abs(voided.line.quantity_milli);
  });
  if (same != articles.rend()) articles.erase(std::next(same).base());
}

}  // namespace

std::string_view plain_number(std::string_view text) {
  if (!is_number(text)) return text;
  return text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
}

std::string gtin_of(std::string_view scanned) {
  if (!is_number(scanned)) return {};
  const std::string_view digits = plain_number(scanned);
  for (const std::size_t length : {8u, 12u, 13u, 14u}) {
    if (digits.size() < 8 || digits.size() > length) continue;
    const std::string gtin = std::string(length - digits.size(), '0') + std::string(digits);
    return plugin::is_gtin(gtin) ? gtin : std::string();
  }
  return {};
}

std::string sku_of(std::string_view item_id) {
  return std::string(item_id.size() >= 13 && item_id.starts_with('0') ? plain_number(item_id) : item_id);
}

std::optional<std::int64_t> minor_units(const std::string& text, std::optional<unsigned> minor) {
  const auto amount = Decimal::parse(text);
  if (amount && !minor) return 0;
  return amount ? amount->in_units(*minor) : std::nullopt;
}

std::vector<Article> read_articles(const Receipt& receipt, std::optional<unsigned> minor, bool with_return_link) {
  std::vector<Article> articles;
  articles.reserve(receipt.lines.size());
  for (std::size_t i = 0; i < receipt.lines.size(); ++i) {
    const Line& from = receipt.lines[i];
    Article article = read_article(from, minor, i + 1);
    const bool is_further_line = article.is_negative || article.gives_money || from.refers;
    if (from.is_void && from.is_return) {
      if (is_further_line) drop_return(articles, article);
      continue;
    }
    if (from.is_void && !is_further_line) continue;
    if (from.is_void) take_back(article);
    if (!from.is_void && with_return_link && article.is_negative) article.is_return = true;
    articles.push_back(std::move(article));
  }
  return articles;
}

}  // namespace greentill::poslog
