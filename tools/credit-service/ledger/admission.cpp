// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/admission.hpp"

#include <algorithm>

namespace greentill::credit {
namespace {

using Outcome = Admission::Outcome;

// Chains are never forgotten, so no device may make any number of them.
constexpr std::size_t kMostOfADevice = 1'024;

bool is_contradicted(const Chain& chain) {
  return chain.state == ChainStanding::held && (chain.reason == Reason::fork || chain.reason == Reason::second_repair);
}

/// Whether chains that are held for that take no room: of a contradiction a person has to see each, and what an honest device
/// makes anew of an assignment that it has left must not keep its other chains out.
bool needs_no_room(Reason reason) {
  return reason == Reason::fork || reason == Reason::second_repair || reason == Reason::wrong_assignment;
}

bool has_room(const std::vector<Chain>& chains, const Admission& made) {
  if (chains.size() >= kMostOfADevice) return false;
  const auto any = [&](ChainStanding state) {
    return std::ranges::any_of(chains, [&](const Chain& one) { return one.state == state && !needs_no_room(one.reason); });
  };
  if (made.outcome == Outcome::waits) return !any(ChainStanding::waiting);
  const bool held = made.outcome == Outcome::held && !needs_no_room(made.reason);
  return !(held || made.outcome == Outcome::probation) || (!any(ChainStanding::held) && !any(ChainStanding::on_probation));
}

/// How the place that the start names lies to the chain that it is measured by.
class Measuring {
 public:
  Measuring(const std::vector<Chain>& chains, const Chain& measured, const StartFacts& facts, PlaceReader& places)
      : chains_(chains), measured_(measured), facts_(facts), places_(places) {}

  Result<Admission> admit() {
    if (is_contradicted(measured_)) return held(measured_.reason, measured_);
    const auto& named = facts_.start->predecessor;
    if (named && named->device != facts_.device) return held(Reason::fork);
    const Chain* chain = named ? find(named->chain) : nullptr;
    const auto consented = chain != nullptr ? by_consent(*named, *chain) : Result<bool>(false);
    if (!consented) return Failure{consented.error()};
    if (*consented) return Admission{Outcome::open, Reason::none, chain->no, std::max(named->last_seq, chain->seq), false, false};
    if (chain == nullptr || named->last_seq == 0) return probation(measured_, measured_.seq);
    if (chain->no == measured_.no) return by_measured(*named);
    return by_other(*named, *chain);
  }

 private:
  static bool same_place(const claim::Predecessor& a, const claim::Predecessor& b) {
    return a.chain == b.chain && a.last_seq == b.last_seq && a.payload_hash == b.payload_hash;
  }
  const Chain* find(const claim::ChainId& id) const {
    const auto found = std::ranges::find(chains_, id, &Chain::id);
    return found == chains_.end() ? nullptr : &*found;
  }
  static Admission held(Reason reason) { return {Outcome::held, reason, 0, 0, false, false}; }
  static Admission held(Reason reason, const Chain& with) { return {Outcome::held, reason, with.no, with.seq, true, false}; }
  static Admission probation(const Chain& behind, std::uint64_t place) {
    return {Outcome::probation, Reason::probation, behind.no, place, false, false};
  }

  /// Whether it names the place that the consent for its key names, and no other chain went on from there.
  Result<bool> by_consent(const claim::Predecessor& named, const Chain& chain) {
    if (!facts_.key_succeeds || !facts_.consented || !same_place(named, *facts_.consented)) return false;
    const bool is_taken = std::ranges::any_of(chains_, [&](const Chain& one) { return goes_on(one, chain); });
    if (is_taken && chain.closed_at.value_or(0) >= named.last_seq) return false;
    const auto differs = other_hash(named, chain);
    return differs ? Result<bool>(!*differs) : differs;
  }

  Result<Admission> by_measured(const claim::Predecessor& named) {
    const bool closed = measured_.state == ChainStanding::closed;
    const std::uint64_t end = closed ? measured_.closed_at.value_or(measured_.seq) : measured_.seq;
    if (named.last_seq > measured_.seq) {
      if (closed || facts_.gaps_cover) return probation(measured_, named.last_seq);
      return Admission{Outcome::waits, Reason::none, measured_.no, named.last_seq, false, false};
    }
    const auto differs = other_hash(named, measured_);
    if (!differs) return Failure{differs.error()};
    if (*differs) return held(Reason::fork, measured_);
    if (closed && has_successor(measured_, named.last_seq)) return held(Reason::fork, successor_of(measured_));
    if (named.last_seq == end) return Admission{Outcome::open, Reason::none, measured_.no, end, false, false};
    return probation(measured_, named.last_seq);
  }

  /// A chain that is no longer, or not yet, the one that goes on.
  Result<Admission> by_other(const claim::Predecessor& named, const Chain& chain) {
    if (is_contradicted(chain)) return held(chain.reason, chain);
    const auto differs = other_hash(named, chain);
    if (!differs) return Failure{differs.error()};
    if (*differs) return held(Reason::fork, chain);
    if (has_successor(chain, named.last_seq)) return held(Reason::fork, successor_of(chain));
    return probation(measured_, measured_.seq);
  }

  Result<bool> other_hash(const claim::Predecessor& named, const Chain& chain) {
    const auto hash = places_.hash_at(chain, named.last_seq);
    if (!hash) return Failure{hash.error()};
    return hash->has_value() && **hash != named.payload_hash;
  }
  /// Whether another chain goes on from that place.
  bool has_successor(const Chain& chain, std::uint64_t seq) const {
    return std::ranges::any_of(chains_, [&](const Chain& one) { return goes_on(one, chain) && chain.closed_at == seq; });
  }
  const Chain& successor_of(const Chain& chain) const {
    return *std::ranges::find_if(chains_, [&](const Chain& one) { return goes_on(one, chain); });
  }
  static bool goes_on(const Chain& one, const Chain& from) {
    const bool is_there = one.state == ChainStanding::open || one.state == ChainStanding::closed;
    return one.predecessor == from.no && one.opened_at != 0 && is_there;
  }

  const std::vector<Chain>& chains_;
  const Chain& measured_;
  const StartFacts& facts_;
  PlaceReader& places_;
};

/// A start under the same key and no higher assignment says that its store was lost, or went back.
bool is_repair(const StartFacts& facts, const Chain& before) {
  return facts.key == before.key && facts.start->assignment <= before.assignment;
}

bool is_second(const StartFacts& facts) {
  return facts.repaired_at && *facts.repaired_at != kRepairFree && facts.now - *facts.repaired_at < kRepairSeconds;
}

/// What the registry says of its key and its assignment goes before the place that it names.
void hold_by_registry(const StartFacts& facts, Admission& made) {
  if (facts.key_succeeded) made = {Outcome::held, Reason::after_consent, made.predecessor, made.place, false, made.is_repair};
  if (facts.assigned != Assigned::good) {
    // No repair: it goes on from nothing, and earns nothing before a person has looked at it.
    made = {Outcome::held, Reason::wrong_assignment, made.predecessor, made.place, false, false};
  }
}

void find_room(const std::vector<Chain>& chains, Admission& made) {
  if (!has_room(chains, made)) made.outcome = Outcome::not_stored;
}

}  // namespace

const Chain* measured_chain(const std::vector<Chain>& chains) {
  const Chain* last = nullptr;
  for (const Chain& one : chains) {
    if (one.state == ChainStanding::open) return &one;
    if (one.state == ChainStanding::closed || is_contradicted(one)) last = &one;
  }
  return last;
}

Result<Admission> admit(const std::vector<Chain>& chains, const StartFacts& facts, PlaceReader& places) {
  const Chain* measured = measured_chain(chains);
  Admission made;
  const auto& named = facts.start->predecessor;
  if (named && named->device != facts.device) made = {Outcome::held, Reason::fork, 0, 0, false, false};
  if (measured != nullptr) {
    auto by_place = Measuring(chains, *measured, facts, places).admit();
    if (!by_place) return by_place;
    made = *by_place;
    made.is_repair = is_repair(facts, *measured);
    if (made.is_repair && is_second(facts) && made.reason != Reason::fork) {
      made = {Outcome::held, Reason::second_repair, measured->no, measured->seq, true, true};
    }
  }
  hold_by_registry(facts, made);
  find_room(chains, made);
  return made;
}

Result<Admission> admit_waiting(const std::vector<Chain>& chains, const Chain& waiting, const StartFacts& facts,
                                PlaceReader& places) {
  const auto before = std::ranges::find(chains, waiting.predecessor, &Chain::no);
  const std::uint64_t place = waiting.predecessor_seq;
  Admission made{Outcome::waits, Reason::none, waiting.predecessor, place, false, false};
  if (before == chains.end()) return Admission{Outcome::probation, Reason::probation, 0, place, false, false};
  const auto there = places.hash_at(*before, place);
  if (!there) return Failure{there.error()};
  if (is_contradicted(*before)) {
    made = {Outcome::held, before->reason, before->no, place, true, false};
  } else if (*there && **there != facts.start->predecessor->payload_hash) {
    made = {Outcome::held, Reason::fork, before->no, place, true, false};
  } else if (*there && before->state == ChainStanding::open) {
    made.outcome = Outcome::open;
    made.place = std::max(place, before->seq);  // what came behind it meanwhile contradicts nothing
  } else if (before->state == ChainStanding::closed || facts.gaps_cover) {
    made.outcome = Outcome::probation;
    made.reason = Reason::probation;
  }
  hold_by_registry(facts, made);
  if (made.outcome != Outcome::waits) find_room(chains, made);
  if (made.outcome == Outcome::not_stored) made = {Outcome::waits, Reason::none, waiting.predecessor, place, false, false};
  return made;
}

}  // namespace greentill::credit
