// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/explain.hpp"

#include <algorithm>

#include "plugins/rules/returns.hpp"

namespace greentill::rules {
namespace {

std::string text(gt_text from) { return std::string(plugin::view(from)); }

std::string given_by_event(const Condition& condition, Facts& facts) {
  const gt_transaction& transaction = facts.transaction();
  switch (condition.key) {
    case Key::kind: return std::string(kind_name(transaction.kind));
    case Key::tender: return text(transaction.tender);
    case Key::receipt_medium: return text(transaction.receipt_medium);
    case Key::total_minor: return std::to_string(transaction.total_minor);
    default: break;
  }
  std::string values;
  for (std::size_t i = 0; i < facts.attributes().size(); ++i) {
    if (facts.attributes()[i].name != condition.attribute) continue;
    values += (values.empty() ? "" : ", ") + text(plugin::element(transaction.attributes, i).value);
  }
  return values;
}

/// Tells which phrase the text says, and how the text was read.
void tell_phrase(const Condition& condition, std::span<const std::uint64_t> lists, const Reading& reading, const Lexicon& lexicon,
                 Judged& into) {
  into.read = lexicon.annotated(reading);
  const auto said = condition.phrases->find(lists, reading);
  if (!said) return;
  into.met = reading.sentence.between(said->begin, said->end);
  into.phrase = said->phrase->written;
}

std::string given_by_line(const Condition& condition, const LineFacts& line) {
  switch (condition.key) {
    case Key::sku: return text(line.line->sku);
    case Key::gtin: return text(line.line->gtin);
    case Key::category:
    case Key::category_says: return text(line.line->category);
    case Key::amount_minor: return std::to_string(line.line->amount_minor);
    case Key::quantity_milli: return std::to_string(line.line->quantity_milli);
    default: return text(line.line->name);
  }
}

/// Finds which of the wanted texts is met, by asking for each alone.
template <typename... Asked>
std::string met(const Condition& condition, Asked&... asked) {
  Condition one = condition;
  for (const Wanted& wanted : condition.wanted) {
    one.wanted = {wanted};
    if (one.holds(asked...)) return wanted.written;
  }
  return {};
}

/// Finds the text in the line's words: the index only knows which list was met, not which text of it. For a condition that
/// excludes texts, it is the text that stands there.
std::string met_words(const Condition& condition, const LineFacts& line) {
  for (const Wanted& wanted : condition.wanted) {
    if (line.name_words.find(wanted.compared) != std::string::npos) return wanted.written;
  }
  return {};
}

Judged judged(const Condition& condition, bool holds) {
  Judged result;
  result.condition = key_name(condition.key);
  if (condition.key == Key::attribute) result.condition += "." + condition.attribute;
  result.holds = holds;
  for (const Wanted& wanted : condition.wanted) result.wanted.push_back(wanted.written);
  if (!condition.is_range()) return result;
  const Range all;
  if (condition.range.min != all.min) result.wanted.push_back("min " + std::to_string(condition.range.min));
  if (condition.range.max != all.max) result.wanted.push_back("max " + std::to_string(condition.range.max));
  return result;
}

class Explainer {
 public:
  Explainer(RuleSet& set, const Rule& rule) : set_(set), rule_(rule) {}

  [[nodiscard]] Explanation of(const Match& match) const {
    Explanation explanation{&rule_, match, {}, of_event()};
    if (!rule_.looks_at_lines() || facts().lines().empty()) return explanation;
    const std::size_t line = match.line == 0 ? closest_line() : match.line - 1;
    add(explanation.conditions, of_line(facts().lines()[line]));
    if (!explanation.found()) explanation.match.line = line + 1;
    return explanation;
  }

  [[nodiscard]] Explanation of_nothing() const {
    Explanation explanation = of({});
    const auto& conditions = explanation.conditions;
    const bool holds = std::all_of(conditions.begin(), conditions.end(), [](const Judged& one) { return one.holds; });
    if (rule_.looks_at_lines() && facts().lines().empty()) {
      explanation.note = "the transaction has no lines";
    } else if (holds) {
      explanation.note = why_nothing();
    }
    return explanation;
  }

 private:
  [[nodiscard]] Facts& facts() const { return set_.facts(); }

  static void add(std::vector<Judged>& to, std::vector<Judged> more) {
    for (Judged& one : more) to.push_back(std::move(one));
  }

  [[nodiscard]] std::vector<Judged> of_event() const {
    std::vector<Judged> all;
    for (const Condition& condition : rule_.of_event) {
      Judged one = judged(condition, condition.holds(facts()));
      if (condition.is_of_phrases()) {
        tell_fields(condition, one);
        all.push_back(std::move(one));
        continue;
      }
      one.given = given_by_event(condition, facts());
      if (one.holds && condition.key == Key::kind) one.met = one.given;
      if (one.holds && condition.key != Key::kind && !condition.is_range()) one.met = met(condition, facts());
      all.push_back(std::move(one));
    }
    return all;
  }

  [[nodiscard]] std::vector<Judged> of_line(const LineFacts& line) const {
    std::vector<Judged> all;
    for (const Condition& condition : rule_.of_line) {
      Judged one = judged(condition, condition.holds(facts(), line));
      one.given = given_by_line(condition, line);
      if (condition.is_of_phrases()) {
        tell_line(condition, line, one);
        all.push_back(std::move(one));
        continue;
      }
      const bool by_words = condition.key == Key::name_words || condition.key == Key::name_excludes;
      if (by_words) {
        one.met = met_words(condition, line);
      } else if (one.holds && !condition.is_range()) {
        one.met = met(condition, facts(), line);
      }
      all.push_back(std::move(one));
    }
    return all;
  }

  /// Tells which field says one of the phrases; where none does, how each field was read.
  void tell_fields(const Condition& condition, Judged& into) const {
    std::string read;
    for (std::size_t i = 0; i < facts().fields().size(); ++i) {
      if (into.holds && !condition.is_said(facts(), i)) continue;
      const Reading& reading = facts().field_reading(i);
      tell_phrase(condition, facts().fields()[i].lists, reading, set_.lexicon(), into);
      into.given += (into.given.empty() ? "" : "; ") + std::string(reading.sentence.between(0, reading.sentence.size()));
      read += (read.empty() ? "" : "; ") + into.read;
      if (into.holds) break;
    }
    into.read = read;
  }

  void tell_line(const Condition& condition, const LineFacts& line, Judged& into) const {
    const bool by_name = condition.key == Key::name_says;
    const auto lists = by_name ? line.lists : facts().category_lists(line);
    const Reading& reading = by_name ? facts().name_reading(line) : facts().category_reading(line);
    tell_phrase(condition, lists, reading, set_.lexicon(), into);
  }

  /// The line for which most conditions hold, the first of several. Conditions that name the article count before the others.
  [[nodiscard]] std::size_t closest_line() const {
    const std::span<const LineFacts> lines = facts().lines();
    const auto closeness = [this](const LineFacts& line) {
      std::size_t score = 0;
      for (const Condition& condition : rule_.of_line) {
        if (condition.holds(facts(), line)) score += condition.names_article() ? rule_.of_line.size() : 1;
      }
      return score;
    };
    const auto closest = std::max_element(lines.begin(), lines.end(),
                                          [&](const LineFacts& a, const LineFacts& b) { return closeness(a) < closeness(b); });
    return static_cast<std::size_t>(closest - lines.begin());
  }

  [[nodiscard]] std::string why_nothing() const {
    std::vector<Match> matches;
    rule_.find(facts(), matches);
    if (!matches.empty()) return "an earlier rule found this act";
    if (!rule_.looks_at_lines()) {
      if (takes_back(facts().transaction())) return "the transaction gives back more than it sells";
      return "the transaction reports no quantity '" + rule_.quantity.unit + "'";
    }
    const std::span<const std::int64_t> left = rule_.left_of_lines(facts());
    if (std::all_of(left.begin(), left.end(), [](std::int64_t one) { return one == 0; })) {
      return "every line that matches was taken back";
    }
    return rule_.quantity.per == Per::piece ? "no line holds whole pieces" : "no line holds enough of it";
  }

  RuleSet& set_;
  const Rule& rule_;
};

}  // namespace

std::vector<Explanation> explain(RuleSet& set, const gt_transaction& transaction) {
  const std::vector<Found> found = set.find(transaction);
  std::vector<Explanation> all;
  for (const Rule& rule : set.rules()) {
    const Explainer explainer(set, rule);
    const std::size_t before = all.size();
    for (const Found& one : found) {
      if (one.rule == &rule) all.push_back(explainer.of(one.match));
    }
    if (all.size() == before) all.push_back(explainer.of_nothing());
  }
  return all;
}

}  // namespace greentill::rules
