// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/rule_reader.hpp"

#include <algorithm>
#include <array>

namespace greentill::rules {
namespace {

using toml::Table;

constexpr std::int64_t kMostPerPiece = 1'000'000'000;
constexpr std::size_t kMostNameBytes = 32;

class Reader {
 public:
  Reader(const toml::Table& table, Folder& folder, WordIndex& index, PhraseReader& phrases)
      : table_(table), folder_(folder), index_(index), phrases_(phrases) {}

  Rule read() {
    rule_.id = table_.text("id");
    rule_.activity = table_.filled_text("activity", kMostNameBytes);
    read_conditions_of_event();
    read_conditions_of_lines();
    read_quantity(table_.table("quantity"));
    table_.check();
    check_conditions();
    // Conditions on phrases are asked last: most lines are ruled out by the others.
    std::stable_partition(rule_.of_line.begin(), rule_.of_line.end(), [](const Condition& one) { return !one.is_of_phrases(); });
    rule_.asks_category = std::any_of(rule_.of_line.begin(), rule_.of_line.end(), [](const Condition& one) {
      return one.key == Key::category || one.key == Key::category_says;
    });
    return std::move(rule_);
  }

 private:
  void read_conditions_of_event() {
    read_choice(Key::kind, event::kKindNames, "kind");
    read_equal(Key::tender);
    read_choice(Key::receipt_medium, event::kMediumNames, "medium");
    read_range(Key::total_minor);
    read_phrases(Key::fields_say);
    const toml::Table attributes = table_.table_or_empty("attributes");
    for (const std::string& name : attributes.keys()) {
      Condition condition;
      condition.key = Key::attribute;
      condition.attribute = folder_.folded(name);
      condition.wanted = whole_texts(attributes, name);
      rule_.of_event.push_back(std::move(condition));
    }
  }

  void read_conditions_of_lines() {
    read_to_the_letter(Key::sku);
    read_to_the_letter(Key::gtin);
    read_equal(Key::category);
    read_equal(Key::name_is);
    read_parts(Key::name_contains);
    read_words(Key::name_words);
    // The category's phrases go first: a category rules out most lines, and there are fewer categories than names.
    read_phrases(Key::category_says);
    read_phrases(Key::name_says);
    read_words(Key::name_excludes);
    read_range(Key::amount_minor);
    read_range(Key::quantity_milli);
  }

  void check_conditions() const {
    if (rule_.of_event.empty() && rule_.of_line.empty()) {
      table_.wrong("id", "belongs to a rule without any condition, which would match every transaction");
    }
    const auto names_article = [](const Condition& condition) { return condition.names_article(); };
    if (rule_.looks_at_lines() && std::none_of(rule_.of_line.begin(), rule_.of_line.end(), names_article)) {
      table_.wrong(
          key_name(rule_.of_line.front().key),
          "needs sku, gtin, category, name_is, name_contains, name_words, name_says or category_says beside it: by itself it "
          "matches any article");
    }
  }

  void read_quantity(const toml::Table& quantity) {
    rule_.quantity.unit = quantity.filled_text("unit", kMostNameBytes);
    rule_.quantity.value = quantity.integer_or("value", 1, kMostPerPiece, 1);
    rule_.quantity.per = read_per(quantity);
  }

  [[nodiscard]] Per read_per(const toml::Table& quantity) const {
    const auto per = static_cast<Per>(quantity.choice("per", {"event", "line", "piece", "kilogram", "reported"}));
    const bool of_lines = per != Per::event && per != Per::reported;
    if (per == Per::reported && rule_.looks_at_lines()) {
      quantity.wrong("per", "must be event, line, piece or kilogram in a rule that looks at lines");
    }
    if (of_lines && !rule_.looks_at_lines())
      quantity.wrong("per", "must be event or reported in a rule that does not look at lines");
    return per;
  }

  /// The texts of a key. Requires at least one, none empty: otherwise the condition would match nothing or everything, which
  /// nobody means.
  static std::vector<std::string> texts(const toml::Table& table, std::string_view key) {
    std::vector<std::string> texts = table.texts(key);
    if (texts.empty()) table.wrong(key, "must hold one text at least");
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (texts[i].empty()) table.wrong_item(key, i, "must not be an empty text");
    }
    return texts;
  }

  std::vector<Wanted> folded_texts(const toml::Table& table, std::string_view key) {
    std::vector<Wanted> wanted;
    for (std::string& text : texts(table, key)) {
      std::string folded = folder_.folded(text);
      if (folded.empty()) table.wrong_item(key, wanted.size(), "holds nothing but blanks");
      wanted.push_back({std::move(text), std::move(folded)});
    }
    return wanted;
  }

  /// Texts that are to be equal, apart from signs and blanks between the words.
  std::vector<Wanted> whole_texts(const toml::Table& table, std::string_view key) {
    std::vector<Wanted> wanted = folded_texts(table, key);
    for (Wanted& one : wanted) folder_.fold_to_words(one.written, one.compared);
    return sorted(std::move(wanted));
  }

  static std::vector<Wanted> to_the_letter(const toml::Table& table, std::string_view key) {
    std::vector<Wanted> wanted;
    for (const std::string& text : texts(table, key)) wanted.push_back({text, text});
    return wanted;
  }

  static bool has(const std::vector<Wanted>& wanted, std::string_view text) {
    return std::any_of(wanted.begin(), wanted.end(), [text](const Wanted& one) { return one.written == text; });
  }

  /// Sorted as the lookup for equality needs it.
  static std::vector<Wanted> sorted(std::vector<Wanted> wanted) {
    std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) { return a.compared < b.compared; });
    return wanted;
  }

  void add(Key key, std::vector<Wanted> wanted, std::size_t list = 0) {
    Condition condition;
    condition.key = key;
    condition.wanted = std::move(wanted);
    condition.list = list;
    for (std::uint32_t kind = 0; key == Key::kind && kind < event::kKindNames.size(); ++kind) {
      if (has(condition.wanted, event::kKindNames[kind])) condition.kinds |= std::uint32_t{1} << kind;
    }
    (condition.is_of_lines() ? rule_.of_line : rule_.of_event).push_back(std::move(condition));
  }

  void read_to_the_letter(Key key) {
    if (table_.has(key_name(key))) add(key, sorted(to_the_letter(table_, key_name(key))));
  }

  template <std::size_t count>
  void read_choice(Key key, const std::array<std::string_view, count>& choices, const char* what) {
    const std::string_view name = key_name(key);
    if (!table_.has(name)) return;
    std::vector<Wanted> wanted = to_the_letter(table_, name);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (std::find(choices.begin(), choices.end(), wanted[i].written) != choices.end()) continue;
      std::string known;
      for (const std::string_view choice : choices) known.append(known.empty() ? "" : ", ").append(choice);
      table_.wrong_item(name, i, "'" + wanted[i].written + "' is not a " + what + "; it must be one of " + known);
    }
    add(key, sorted(std::move(wanted)));
  }

  void read_equal(Key key) {
    if (table_.has(key_name(key))) add(key, whole_texts(table_, key_name(key)));
  }

  void read_parts(Key key) {
    if (table_.has(key_name(key))) add(key, folded_texts(table_, key_name(key)));
  }

  void read_words(Key key) {
    const std::string_view name = key_name(key);
    if (!table_.has(name)) return;
    std::vector<Wanted> wanted = folded_texts(table_, name);
    std::vector<std::string> words;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      wanted[i].compared = folder_.words_of(wanted[i].compared);
      if (wanted[i].compared.empty()) table_.wrong_item(name, i, "holds neither letter nor digit");
      words.push_back(wanted[i].compared);
    }
    add(key, std::move(wanted), index_.add(words));
  }

  void read_phrases(Key key) {
    const std::string_view name = key_name(key);
    if (!table_.has(name)) return;
    Condition condition;
    condition.key = key;
    for (const std::string& text : texts(table_, name)) condition.wanted.push_back({text, text});
    condition.phrases = std::make_shared<const Phrases>(phrases_.read(table_, name));
    (condition.is_of_lines() ? rule_.of_line : rule_.of_event).push_back(std::move(condition));
  }

  void read_range(Key key) {
    const std::string_view name = key_name(key);
    if (!table_.has(name)) return;
    const toml::Table table = table_.table(name);
    if (!table.has("min") && !table.has("max")) table_.wrong(name, "must have min, max or both");
    Condition condition;
    condition.key = key;
    const Range all;
    condition.range.min = table.integer_or("min", all.min, all.max, all.min);
    condition.range.max = table.integer_or("max", all.min, all.max, all.max);
    if (condition.range.min > condition.range.max) table.wrong("max", "is less than min");
    (condition.is_of_lines() ? rule_.of_line : rule_.of_event).push_back(std::move(condition));
  }

  const toml::Table& table_;
  Folder& folder_;
  WordIndex& index_;
  PhraseReader& phrases_;
  Rule rule_;
};

}  // namespace

Rule read_rule(const toml::Table& table, Folder& folder, WordIndex& index, PhraseReader& phrases) {
  return Reader(table, folder, index, phrases).read();
}

}  // namespace greentill::rules
