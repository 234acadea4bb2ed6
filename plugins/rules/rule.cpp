// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/rule.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "plugins/rules/fold.hpp"

namespace greentill::rules {
namespace {

using plugin::Toml;

constexpr std::array<std::string_view, 5> kKinds{"sale", "trip", "ticket", "bill", "charge"};

std::vector<std::string> some_texts(const Toml& toml, std::string_view key) {
  if (!toml.has(key)) return {};
  std::vector<std::string> texts = toml.texts(key);
  // Nothing to choose from would match nothing, or everything: neither is what anyone means.
  if (texts.empty()) toml.wrong(key, "must hold one text at least");
  return texts;
}

std::unordered_set<std::string> choices(const Toml& toml, std::string_view key) {
  std::vector<std::string> texts = some_texts(toml, key);
  return {texts.begin(), texts.end()};
}

bool allows(const std::unordered_set<std::string>& choices, std::string_view text) {
  return choices.empty() || choices.contains(std::string(text));
}

/// A refund, or a sale whose every line was voided: more came back than went out.
bool takes_back(const gt_transaction& transaction) {
  if (transaction.total_minor < 0) return true;
  __extension__ __int128 quantity = 0;
  for (std::size_t i = 0; i < transaction.line_count; ++i) {
    quantity += plugin::element(transaction.lines, i).quantity_milli;
  }
  return transaction.line_count > 0 && quantity <= 0;
}

/// Takes what negative entries give back from the nearest ones before them, then from those behind.
void settle_returns(std::vector<std::int64_t>& quantities) {
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    if (quantities[i] >= 0) continue;
    const auto take = [&owed = quantities[i]](std::int64_t& from) {
      // Of opposite signs, so that neither sum nor minimum overflows.
      if (from <= 0 || owed >= 0) return;
      const std::int64_t rest = from + owed;
      from = std::max<std::int64_t>(rest, 0);
      owed = std::min<std::int64_t>(rest, 0);
    };
    for (std::size_t j = i; j-- > 0;) take(quantities[j]);
    for (std::size_t j = i + 1; j < quantities.size(); ++j) take(quantities[j]);
  }
}

}  // namespace

Rule Rule::read(const Toml& toml) {
  toml.only({"id", "activity", "kind", "tender", "receipt_medium", "sku", "gtin", "category", "name_contains", "attributes",
             "quantity"});
  Rule rule;
  rule.id_ = toml.text("id");
  rule.activity_ = toml.text("activity");
  if (rule.activity_.empty() || rule.activity_.size() > 32) toml.wrong("activity", "must be 1 to 32 bytes");
  rule.read_conditions(toml);
  rule.read_quantity(toml.table("quantity"));
  return rule;
}

void Rule::read_conditions(const Toml& toml) {
  kinds_ = choices(toml, "kind");
  for (const std::string& kind : kinds_) {
    if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end()) toml.wrong("kind", "'" + kind + "' is not a kind");
  }
  tenders_ = choices(toml, "tender");
  receipt_media_ = choices(toml, "receipt_medium");
  skus_ = choices(toml, "sku");
  gtins_ = choices(toml, "gtin");
  for (const std::string& category : some_texts(toml, "category")) categories_.insert(fold_case(category));
  for (const std::string& part : some_texts(toml, "name_contains")) {
    if (part.empty()) toml.wrong("name_contains", "must not hold an empty text");
    name_parts_.push_back(fold_case(part));
  }
  if (toml.has("attributes")) {
    const Toml attributes = toml.table("attributes");
    for (const std::string& name : attributes.keys()) attributes_.emplace_back(name, choices(attributes, name));
  }
  const bool any = !kinds_.empty() || !tenders_.empty() || !receipt_media_.empty() || !attributes_.empty() || looks_at_lines();
  if (!any) toml.wrong("id", "belongs to a rule without any condition, which would match every transaction");
}

void Rule::read_quantity(const Toml& toml) {
  toml.only({"unit", "value", "per"});
  unit_ = toml.text("unit");
  if (unit_.empty() || unit_.size() > 32) toml.wrong("unit", "must be 1 to 32 bytes");
  value_ = toml.integer("value", 1, 1'000'000'000);
  const std::string per = toml.text("per");
  if (per == "event") {
    per_ = Per::event;
    if (looks_at_lines()) toml.wrong("per", "must be line or piece in a rule that looks at lines");
    return;
  }
  if (per != "line" && per != "piece") toml.wrong("per", "must be event, line or piece");
  if (!looks_at_lines()) toml.wrong("per", "must be event in a rule that does not look at lines");
  per_ = per == "line" ? Per::line : Per::piece;
}

bool Rule::looks_at_lines() const { return !skus_.empty() || !gtins_.empty() || !categories_.empty() || !name_parts_.empty(); }

bool Rule::matches_attributes(const gt_transaction& transaction) const {
  return std::all_of(attributes_.begin(), attributes_.end(), [&](const auto& wanted) {
    for (std::size_t i = 0; i < transaction.attribute_count; ++i) {
      const gt_attribute& attribute = plugin::element(transaction.attributes, i);
      if (plugin::view(attribute.key) == wanted.first) return allows(wanted.second, plugin::view(attribute.value));
    }
    return false;
  });
}

bool Rule::matches_event(const gt_transaction& transaction) const {
  if (transaction.kind >= kKinds.size() || !allows(kinds_, kKinds[transaction.kind])) return false;
  return allows(tenders_, plugin::view(transaction.tender)) && allows(receipt_media_, plugin::view(transaction.receipt_medium)) &&
         matches_attributes(transaction);
}

bool Rule::matches_line(const gt_line& line) const {
  if (!allows(skus_, plugin::view(line.sku)) || !allows(gtins_, plugin::view(line.gtin))) return false;
  if (!categories_.empty() && !categories_.contains(fold_case(plugin::view(line.category)))) return false;
  if (name_parts_.empty()) return true;
  const std::string name = fold_case(plugin::view(line.name));
  return std::any_of(name_parts_.begin(), name_parts_.end(),
                     [&](const auto& part) { return name.find(part) != std::string::npos; });
}

/// Whole pieces alone: of 1.5 kg nobody knows how many pieces they are. Less than one whole piece is none.
std::int64_t Rule::amount(std::int64_t quantity_milli) const {
  if (quantity_milli < 1000) return 0;
  if (per_ == Per::line) return value_;
  const std::int64_t pieces = quantity_milli / 1000;
  if (quantity_milli % 1000 != 0 || pieces > std::numeric_limits<std::int64_t>::max() / value_) return 0;
  return pieces * value_;
}

void Rule::apply(const gt_transaction& transaction, const plugin::Emitter& emit) const {
  if (!matches_event(transaction)) return;
  if (per_ == Per::event) {
    const bool refund = transaction.kind == GT_KIND_SALE && takes_back(transaction);
    if (!refund) emit(activity_, {{plugin::quantity(unit_, value_)}});
    return;
  }
  // A till voids or returns a line by one more line, with a negative quantity.
  std::vector<std::int64_t> quantities(transaction.line_count);
  for (std::size_t i = 0; i < transaction.line_count; ++i) {
    const gt_line& line = plugin::element(transaction.lines, i);
    if (matches_line(line)) quantities[i] = line.quantity_milli;
  }
  settle_returns(quantities);
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    if (const std::int64_t found = amount(quantities[i]); found > 0) emit(activity_, {{plugin::quantity(unit_, found)}}, i + 1);
  }
}

std::vector<Rule> read_rules(std::string_view text) {
  const Toml document = Toml::parse(text, "rules");
  document.only({"rule"});
  std::vector<Rule> rules;
  for (const Toml& toml : document.tables("rule")) {
    Rule rule = Rule::read(toml);
    const bool twice = std::any_of(rules.begin(), rules.end(), [&](const Rule& other) { return other.id() == rule.id(); });
    if (twice) toml.wrong("id", "'" + rule.id() + "' is the id of an earlier rule");
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace greentill::rules
