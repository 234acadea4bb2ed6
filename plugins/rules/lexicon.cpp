// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/lexicon.hpp"

#include <algorithm>

namespace greentill::rules {
namespace {

void add_hit(Reading& reading, std::size_t number, std::size_t at, std::size_t words) {
  reading.hits.push_back({static_cast<std::uint8_t>(at), static_cast<std::uint8_t>(words), reading.first_hits[number]});
  reading.first_hits[number] = static_cast<std::uint32_t>(reading.hits.size());
}

/// Whether a word begins with the first byte of a sign that fold keeps: symbols, dingbats and pictures.
bool begins_sign(std::string_view word) {
  const auto lead = static_cast<unsigned char>(word[0]);
  if (lead < 0xc3) return false;
  const auto next = static_cast<unsigned char>(word[1]);
  return (lead == 0xf0 && next == 0x9f) || (lead == 0xe2 && next >= 0x84 && next < 0xb0) ||
         (lead == 0xc3 && (next == 0x97 || next == 0xb7));
}

bool has(Places places, std::size_t at) { return (places >> at & 1) != 0; }

}  // namespace

const Concept& Lexicon::add(std::string name, const std::vector<std::string>& words, const std::vector<std::string>& endings,
                            bool certain) {
  const Concept& added = concepts_.emplace_back(Concept{std::move(name), own_.add(words), words, certain && endings.empty(), {}});
  for (const std::string& ending : endings) {
    endings_[static_cast<unsigned char>(ending.back())].push_back({ending, added.number});
  }
  if (added.name == "not") not_ = &added;
  if (added.name == "aside") aside_ = &added;
  if (added.name == "label") label_ = &added;
  return added;
}

const Concept& Lexicon::literal(const std::string& words) {
  const auto same = [&](const Concept& one) { return one.name == words; };
  const auto known = std::find_if(literals_.begin(), literals_.end(), same);
  if (known != literals_.end()) return *known;
  return literals_.emplace_back(Concept{words, own_.add({words}), {words}, true, {}});
}

std::optional<std::size_t> Lexicon::required_list(const Concept& of) {
  if (!of.certain) return {};
  for (std::deque<Concept>* all : {&concepts_, &literals_}) {
    for (Concept& one : *all) {
      if (&one != &of) continue;
      if (!one.list) one.list = index_.add(one.words);
      return one.list;
    }
  }
  return {};
}

void Lexicon::read(Reading& reading) const {
  reading.hits.clear();
  reading.first_hits.assign(own_.lists(), 0);
  reading.commas = reading.colons = reading.open = reading.asides = 0;
  while (!reading.sentence.is_cut()) read_word(reading);
  reading.ends = reading.commas | place(reading.sentence.size());
  find_denied(reading);
  find_begins(reading);
}

void Lexicon::read_word(Reading& reading) const {
  Sentence& sentence = reading.sentence;
  const std::size_t at = sentence.size();
  const std::size_t begin = sentence.begin(at);
  const auto take = [&](const WordIndex::Entry& entry) {
    if (at + entry.words <= Sentence::kMost) add_hit(reading, entry.list, at, entry.words);
  };
  const std::size_t end = own_.each_at(sentence.text(), begin, take);
  sentence.cut(end);
  const char first = sentence.text()[begin];
  const Places here = place(at);
  if (end == begin + 1 && (first == ',' || first == ':')) {
    (first == ',' ? reading.commas : reading.colons) |= here;
    return;
  }
  reading.open |= here;
  const std::string_view word(sentence.text().data() + begin, end - begin);
  if ((first >= '0' && first <= '9') || begins_sign(word)) reading.asides |= here;
  for (const Ending& ending : endings_[static_cast<unsigned char>(word.back())]) {
    if (word.ends_with(ending.text)) add_hit(reading, ending.number, at, 1);
  }
}

/// Finds where the sentence denies something. A word that denies is neither passed over nor covered by "...".
void Lexicon::find_denied(Reading& reading) const {
  reading.long_asides.clear();
  if (aside_ != nullptr) {
    for (std::uint32_t number = reading.first_hits[aside_->number]; number != 0; number = reading.hits[number - 1].next) {
      const Reading::Hit& hit = reading.hits[number - 1];
      if (hit.words > 1) reading.long_asides.push_back(hit);
      if (hit.words == 1) reading.asides |= place(hit.at);
    }
  }
  if (not_ == nullptr) return;
  Places denied = 0;
  for (std::uint32_t number = reading.first_hits[not_->number]; number != 0; number = reading.hits[number - 1].next) {
    denied |= place(reading.hits[number - 1].at);
  }
  reading.open &= ~denied;
  reading.asides &= ~denied;
  std::erase_if(reading.long_asides, [denied](const Reading::Hit& hit) { return has(denied, hit.at); });
}

std::size_t Lexicon::length(const Reading& reading, const Concept* of, std::size_t at) const {
  std::size_t most = 0;
  if (of == nullptr) return most;
  for (std::uint32_t hit = reading.first_hits[of->number]; hit != 0; hit = reading.hits[hit - 1].next) {
    if (reading.hits[hit - 1].at == at) most = std::max<std::size_t>(most, reading.hits[hit - 1].words);
  }
  return most;
}

/// Phrases may begin at the sentence's beginning, behind the end of a clause, and behind a label with its colon, such as "note:".
void Lexicon::find_begins(Reading& reading) const {
  reading.begins = Places{1} | reading.commas << 1;
  if (reading.colons == 0) return;
  for (std::size_t at = 0; at < reading.sentence.size(); ++at) {
    if (!has(reading.begins, at)) continue;
    std::size_t behind = at;
    for (std::size_t words = length(reading, label_, behind); words > 0; words = length(reading, label_, behind)) behind += words;
    if (behind > at && has(reading.colons, behind)) reading.begins |= place(behind + 1);
  }
}

std::string Lexicon::annotated(const Reading& reading) const {
  std::string text;
  for (std::size_t at = 0; at < reading.sentence.size();) {
    std::size_t most = 1;
    std::string names;
    for (const Concept& one : concepts_) {
      const std::size_t words = length(reading, &one, at);
      if (words == 0 || words < most) continue;
      if (words > most) names.clear();
      most = words;
      names += (names.empty() ? "" : " ") + one.name;
    }
    if (!text.empty()) text += ' ';
    text += reading.sentence.between(at, at + most);
    if (!names.empty()) text += '{' + names + '}';
    at += most;
  }
  return text;
}

}  // namespace greentill::rules
