// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/article.hpp"

#include <algorithm>

#include "daemon/base/decimal.hpp"
#include "plugins/common/values/gtin.hpp"
#include "plugins/common/values/limits.hpp"

namespace greentill::poslog {
namespace {

using plugin::Unusable;

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

std::int64_t amount(const std::string& text, unsigned places, std::int64_t absent, std::size_t line, const char* what) {
  if (text.empty()) return absent;
  const auto units = parse_in_units(text, places);
  // No smaller than that either, so that its sign can be turned.
  if (!units || *units == INT64_MIN) throw Unusable("line " + std::to_string(line) + ": its " + what + " is no amount");
  return *units;
}

Article read_article(const Line& from, unsigned minor, std::size_t number) {
  Article article{{}, &from, from.is_return};
  article.line.sku = sku_of(from.item_id.empty() ? from.keyed : from.item_id);
  article.line.gtin = gtin_of(from.scanned);
  if (article.line.sku.empty()) article.line.sku = sku_of(from.scanned);
  article.line.name = from.name;
  article.line.category = from.category;
  article.line.quantity_milli = amount(from.quantity, 3, 1000, number, "Quantity");
  article.line.amount_minor = amount(from.amount, minor, 0, number, "ExtendedAmount");
  return article;
}

bool is_negative(const plugin::Transaction::Line& line) { return line.quantity_milli < 0 || line.amount_minor < 0; }

void take_back(plugin::Transaction::Line& line) {
  line.quantity_milli = -std::abs(line.quantity_milli);
  line.amount_minor = -std::abs(line.amount_minor);
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

std::vector<Article> read_articles(const Receipt& receipt, unsigned minor, bool with_return_link) {
  std::vector<Article> articles;
  articles.reserve(receipt.lines.size());
  for (std::size_t i = 0; i < receipt.lines.size(); ++i) {
    const Line& from = receipt.lines[i];
    Article article = read_article(from, minor, i + 1);
    const bool is_further_line = is_negative(article.line) || from.refers;
    if (from.is_void && from.is_return) {
      if (is_further_line) drop_return(articles, article);
      continue;
    }
    if (from.is_void && !is_further_line) continue;
    if (from.is_void) take_back(article.line);
    if (!from.is_void && with_return_link && article.line.quantity_milli < 0) article.is_return = true;
    articles.push_back(std::move(article));
  }
  return articles;
}

}  // namespace greentill::poslog
