// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/phrase_reader.hpp"

#include <algorithm>
#include <stdexcept>

namespace greentill::rules {
namespace {

constexpr int kMostDepth = 8;
constexpr std::size_t kMostAlternatives = 4000;
constexpr std::size_t kMostElements = 4'000'000;  // of a whole file, counting each combination of alternatives

bool is_composite(std::string_view entry) {
  return entry.find('{') != std::string_view::npos || entry.find("...") != std::string_view::npos;
}

/// The lists of the index that a text must have to say all the elements.
Lists required(const std::vector<Element>& elements, Lexicon& lexicon) {
  Lists lists;
  for (const Element& element : elements) {
    if (element.of == nullptr || element.optional) continue;
    if (const auto list = lexicon.required_list(*element.of)) lists.add(*list);
  }
  return lists;
}

/// The elements as text for people: "... {drink} {own} cup".
std::string written(const std::vector<Element>& elements) {
  std::string text;
  for (const Element& element : elements) {
    if (!text.empty()) text += ' ';
    switch (element.kind) {
      case Element::Kind::any: text += "..."; break;
      case Element::Kind::comma: text += ','; break;
      case Element::Kind::colon: text += ':'; break;
      case Element::Kind::idea: {
        const std::string& name = element.of->name;
        text += name.front() == ' ' ? name.substr(1, name.size() - 2) : '{' + name + '}';
        if (element.optional) text += element.repeats ? '*' : '?';
        break;
      }
    }
  }
  return text;
}

std::string_view next_token(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view token = text.substr(0, text.find(' '));
  text.remove_prefix(token.size());
  return token;
}

}  // namespace

void PhraseReader::Place::wrong(const std::string& what) const {
  table.wrong_item(key, item, what);
  throw std::logic_error("an error of the rules was not thrown");
}

PhraseReader::PhraseReader(const toml::Table& words, Folder& folder, Lexicon& lexicon) : folder_(folder), lexicon_(lexicon) {
  for (const std::string& name : words.keys()) read_words(words, name);
}

void PhraseReader::read_words(const toml::Table& words, const std::string& name) {
  Named& named = named_[name];
  std::vector<std::string> plain;
  std::vector<std::string> endings;
  bool with_signs = false;
  const std::vector<std::string> entries = words.texts(name);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (is_composite(entries[i])) {
      named.composite.push_back(entries[i]);
    } else if (entries[i].starts_with('*')) {
      endings.push_back(folder_.folded(entries[i].substr(1)));
      if (endings.back().empty()) words.wrong_item(name, i, "holds no word");
    } else {
      plain.push_back(words_of({words, name, i}, entries[i], with_signs));
    }
  }
  if (entries.empty()) words.wrong(name, "must hold one text at least");
  if (plain.empty() && endings.empty()) return;
  named.plain = &lexicon_.add(name, plain, endings, !with_signs);
}

std::string PhraseReader::words_of(const Place& place, std::string_view text, bool& with_signs) const {
  const std::string folded = folder_.folded(text);
  std::string words;
  folder_.clauses(folded, words);
  if (words.size() < 3) place.wrong("holds no word");
  if (words.find(" , ") != std::string::npos || words.find(" : ") != std::string::npos) {
    place.wrong("holds a sign that parts clauses");
  }
  if (folder_.words_of(folded) != words) with_signs = true;
  return words;
}

Phrases PhraseReader::read(const toml::Table& table, std::string_view key) {
  const std::vector<std::string> texts = table.texts(key);
  if (texts.empty()) table.wrong(key, "must hold one text at least");
  Phrases phrases;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (Elements& elements : expand({table, key, i}, texts[i], 0)) {
      const bool says =
          std::any_of(elements.begin(), elements.end(), [](const Element& one) { return one.of != nullptr && !one.optional; });
      if (!says) table.wrong_item(key, i, "asks for no word, and would be said by any text");
      Lists lists = required(elements, lexicon_);
      std::string text = written(elements);
      phrases.add({std::move(text), std::move(elements), std::move(lists)});
    }
  }
  return phrases;
}

std::vector<PhraseReader::Elements> PhraseReader::expand(const Place& place, std::string_view text, int depth) {
  if (depth > kMostDepth) place.wrong("is made of words that are made of themselves");
  std::vector<Elements> all{{}};
  for (std::string_view token = next_token(text); !token.empty(); token = next_token(text)) {
    const std::vector<Elements> more = alternatives(place, token, depth);
    if (all.size() * more.size() > kMostAlternatives) place.wrong("stands for too many phrases");
    std::vector<Elements> longer;
    for (const Elements& begin : all) {
      for (const Elements& rest : more) {
        longer.push_back(begin);
        longer.back().insert(longer.back().end(), rest.begin(), rest.end());
        if ((elements_ += longer.back().size()) > kMostElements) place.wrong("is longer than phrases are");
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::vector<PhraseReader::Elements> PhraseReader::alternatives(const Place& place, std::string_view token, int depth) {
  Element element;
  if (token == "...") element.kind = Element::Kind::any;
  if (token == ",") element.kind = Element::Kind::comma;
  if (token == ":") element.kind = Element::Kind::colon;
  if (element.kind != Element::Kind::idea) return {{element}};
  element.optional = token.size() > 1 && token.back() == '?';
  element.repeats = token.size() > 1 && token.back() == '*';
  if (element.repeats) element.optional = true;
  if (element.optional) token.remove_suffix(1);
  if (token.front() == '{' && token.back() == '}') return named(place, token.substr(1, token.size() - 2), element, depth);
  if (token.find_first_of("{}") != std::string_view::npos) place.wrong("names a concept as {name}, {name}? or {name}*");
  bool with_signs = false;
  element.of = &lexicon_.literal(words_of(place, token, with_signs));
  if (with_signs) place.wrong("holds a sign; name it in [words]");
  return {{element}};
}

std::vector<PhraseReader::Elements> PhraseReader::named(const Place& place, std::string_view name, Element element, int depth) {
  const auto found = named_.find(name);
  if (found == named_.end()) place.wrong("names '" + std::string(name) + "', which [words] does not have");
  std::vector<Elements> all;
  element.of = found->second.plain;
  if (element.of != nullptr) all.push_back({element});
  if (element.repeats && !found->second.composite.empty()) {
    place.wrong("repeats '" + std::string(name) + "', which is made of other words");
  }
  for (const std::string& composite : found->second.composite) {
    for (Elements& one : expand(place, composite, depth + 1)) all.push_back(std::move(one));
  }
  if (element.optional && element.of == nullptr) all.emplace_back();
  return all;
}

}  // namespace greentill::rules
