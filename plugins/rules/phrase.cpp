// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/phrase.hpp"

#include <algorithm>

namespace greentill::rules {
namespace {

/// Follows a phrase through a sentence by sets of places. 64 bits are used where they are enough, which halves the work.
template <typename Bits>
class Walk {
 public:
  explicit Walk(const Reading& reading) : reading_(reading), asides_(static_cast<Bits>(reading.asides)) {}

  /// Where a phrase may end that begins at one of these places.
  [[nodiscard]] Bits ends_of(const Phrase& phrase, Places begins) const {
    Bits places = past_asides(static_cast<Bits>(begins));
    for (const Element& element : phrase.elements) {
      places = behind(element, places);
      if (places == 0) return places;
    }
    return places & static_cast<Bits>(reading_.ends);
  }

 private:
  /// Moves on from each place through words that are all in `through`; each step doubles the distance.
  static Bits spread(Bits from, Bits through) {
    for (std::size_t step = 1; (from & through) != 0 && step < 8 * sizeof(Bits); step *= 2) {
      from |= (from & through) << step;
      through &= through >> step;
    }
    return from;
  }

  [[nodiscard]] Bits past_asides(Bits places) const {
    places = spread(places, asides_);
    for (bool more = !reading_.long_asides.empty(); more;) {
      const Bits before = places;
      for (const Reading::Hit& hit : reading_.long_asides) places |= behind_hit(hit, places);
      places = spread(places, asides_);
      more = places != before;
    }
    return places;
  }

  static Bits behind_hit(const Reading::Hit& hit, Bits from) { return (from >> hit.at & 1) << (hit.at + hit.words); }

  [[nodiscard]] Bits behind_concept(const Element& element, Bits from) const {
    for (Bits to = 0;;) {
      for (std::uint32_t hit = reading_.first_hits[element.of->number]; hit != 0; hit = reading_.hits[hit - 1].next) {
        to |= behind_hit(reading_.hits[hit - 1], from);
      }
      if (!element.repeats || (to & ~from) == 0) return to;
      from |= past_asides(to);
    }
  }

  /// From the places where an element may begin, the places where it may end, including those behind what may be passed over
  /// next.
  [[nodiscard]] Bits behind(const Element& element, Bits from) const {
    Bits to = 0;
    switch (element.kind) {
      case Element::Kind::any: return spread(from, static_cast<Bits>(reading_.open));
      case Element::Kind::comma: to = (from & static_cast<Bits>(reading_.commas)) << 1; break;
      case Element::Kind::colon: to = (from & static_cast<Bits>(reading_.colons)) << 1; break;
      case Element::Kind::idea: to = behind_concept(element, from); break;
    }
    return to == 0 && element.optional ? from : past_asides(element.optional ? to | from : to);
  }

  const Reading& reading_;
  const Bits asides_;
};

Places ends_of(const Phrase& phrase, const Reading& reading, Places begins) {
  if (reading.sentence.size() < 64) return Walk<std::uint64_t>(reading).ends_of(phrase, begins);
  return Walk<Places>(reading).ends_of(phrase, begins);
}

}  // namespace

void Lists::add(std::size_t list) {
  bits.resize(std::max(bits.size(), list / 64 + 1));
  bits[list / 64] |= std::uint64_t{1} << list % 64;
  last = list;
}

void Phrases::add(Phrase phrase) {
  const auto same = [&](const Group& group) { return group.required.bits == phrase.required.bits; };
  auto group = std::find_if(groups_.begin(), groups_.end(), same);
  if (group == groups_.end()) {
    group = groups_.insert(groups_.end(), Group{phrase.required, {}});
    cover(phrase.required);
  }
  group->phrases.push_back(std::move(phrase));
}

/// Chooses a list by which the group is recognised: the last one that was required, since a phrase's last word is rarer than
/// those before it; unless the cover has one of the group's lists already.
void Phrases::cover(const Lists& required) {
  without_lists_ = without_lists_ || required.bits.empty();
  cover_.resize(std::max(cover_.size(), required.bits.size()));
  for (std::size_t i = 0; i < required.bits.size(); ++i) {
    if ((cover_[i] & required.bits[i]) != 0) return;
  }
  if (required.last) cover_[*required.last / 64] |= std::uint64_t{1} << *required.last % 64;
}

bool Phrases::allows_one(std::span<const std::uint64_t> lists) const {
  return std::any_of(groups_.begin(), groups_.end(), [lists](const Group& group) { return group.required.all_in(lists); });
}

const Phrase* Phrases::first_of(std::span<const std::uint64_t> lists, const Reading& reading) const {
  for (const Group& group : groups_) {
    if (!group.required.all_in(lists)) continue;
    for (const Phrase& phrase : group.phrases) {
      if (ends_of(phrase, reading, reading.begins) != 0) return &phrase;
    }
  }
  return nullptr;
}

bool Phrases::hold(std::span<const std::uint64_t> lists, const Reading& reading) const {
  return first_of(lists, reading) != nullptr;
}

std::optional<Said> Phrases::find(std::span<const std::uint64_t> lists, const Reading& reading) const {
  const Phrase* phrase = first_of(lists, reading);
  if (phrase == nullptr) return {};
  for (std::size_t begin = 0; begin <= reading.sentence.size(); ++begin) {
    if ((reading.begins >> begin & 1) == 0) continue;
    const Places ends = ends_of(*phrase, reading, place(begin));
    for (std::size_t end = begin; end <= reading.sentence.size(); ++end) {
      if ((ends >> end & 1) != 0) return Said{phrase, begin, end};
    }
  }
  return {};
}

}  // namespace greentill::rules
