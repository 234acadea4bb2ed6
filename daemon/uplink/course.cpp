// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/course.hpp"

#include <algorithm>
#include <ranges>

#include "daemon/base/hex.hpp"

namespace greentill::uplink {
namespace {

using outbox::KnownChain;
using outbox::PlaceMatch;
using Chains = std::vector<KnownChain>;

bool same_place(const claim::ChainHead& a, const claim::ChainHead& b) {
  return a.chain == b.chain && a.seq == b.seq && a.payload_hash == b.payload_hash;
}

Course send(const KnownChain& chain, std::uint64_t seq) {
  Course course;
  course.chain = chain.state.head.chain;
  course.seq = seq;
  return course;
}

Course repair(const Answer& answer, bool ours, std::string why) {
  Course course;
  course.kind = Course::Kind::repair;
  course.repair = {answer.head, ours, answer.epoch};
  course.why = std::move(why);
  return course;
}

Course repair_left(const Answer& answer, bool ours, const KnownChain& of, std::string why) {
  Course course = repair(answer, ours, std::move(why));
  course.repair.left = of.state.assignment;
  return course;
}

Course declare(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) {
  Course course;
  course.kind = Course::Kind::declare_lost;
  course.chain = chain;
  course.first = first;
  course.last = last;
  return course;
}

/// Whether the claims from `from` on are there that would be sent: those of this chain behind `seq`, and all of later ones.
bool all_there(const Chains& chains, Chains::const_iterator from, std::uint64_t seq) {
  return seq >= from->pruned_to &&
         std::all_of(from + 1, chains.end(), [](const KnownChain& chain) { return chain.set_apart || chain.pruned_to == 0; });
}

Chains::const_iterator named_by(const Answer& answer, const Chains& chains) {
  return std::ranges::find_if(chains, [&](const KnownChain& chain) { return chain.state.head.chain == answer.head.chain; });
}

// What the answer has of a damaged chain is its own: a place that cannot be looked up is lost here, and is nobody else's.
bool is_ours(const Answer& answer, PlaceMatch match, const Chains& chains) {
  const auto named = named_by(answer, chains);
  const bool lost_here = match == PlaceMatch::beyond && named != chains.end() && named->state.damaged;
  return lost_here || match == PlaceMatch::same;
}

constexpr const char* kDamaged = "claims were lost with a damaged store";

/// Whether a repair would mend a damaged chain: it takes those under the newest one's assignment.
bool is_damaged(const Chains& chains) {
  const std::uint32_t assignment = chains.back().state.assignment;
  return std::ranges::any_of(chains, [assignment](const KnownChain& chain) {
    return chain.state.damaged && !chain.set_apart && chain.state.assignment == assignment;
  });
}

constexpr const char* kPruned = "the service's ledger went back behind claims that this device has delivered and forgotten since";

/// How far receipts of this epoch say that the ledger has the chain.
std::uint64_t delivered(const Answer& answer, const KnownChain& chain) {
  return chain.state.epoch == answer.epoch ? chain.state.delivered_seq : 0;
}

/// The ledger has no chain of this device.
Course begin(const Answer& answer, const Chains& chains) {
  const auto first = std::ranges::find_if(chains, [](const KnownChain& chain) { return !chain.set_apart; });
  return all_there(chains, first, 0) ? send(*first, 0) : repair(answer, true, kPruned);
}

/// The newest chain waits for the one that its start names.
Course bring_the_one_before(const Answer& answer, const Chains& chains) {
  const KnownChain& newest = chains.back();
  const claim::ChainHead& place = newest.before;
  const auto before = std::ranges::find_if(
      chains, [&](const KnownChain& chain) { return !chain.set_apart && chain.state.head.chain == place.chain; });
  std::uint64_t known = 0;
  if (before != chains.end()) {
    const outbox::ChainState& state = before->state;
    if (state.epoch == answer.epoch) known = std::min(state.delivered_seq, place.seq);
    const bool pruned = before->pruned_to > known;
    if (pruned && !newest.declared) return declare(place.chain, known + 1, before->pruned_to);
    const std::uint64_t from = std::max(known, before->pruned_to);
    if (from < std::min(place.seq, state.head.seq)) return send(*before, from);
  }
  if (newest.declared || place.seq == 0) return send(newest, 0);
  return declare(place.chain, known < place.seq ? known + 1 : 1, place.seq);
}

std::string of_newest(const Answer& answer, PlaceMatch match, const KnownChain& newest) {
  if (match == PlaceMatch::beyond) {
    return "the service has claims of this device's chain up to " + std::to_string(answer.head.seq) +
           ", and this store ends at " + std::to_string(newest.state.head.seq) +
           ": the store is an old copy, or the device has a twin";
  }
  return "the service has another claim " + std::to_string(answer.head.seq) +
         " of this chain: the store is an old copy, or the device has a twin";
}

Course for_newest(const Answer& answer, PlaceMatch match, const Chains& chains) {
  const KnownChain& newest = chains.back();
  if (answer.state == claim::ChainStanding::closed) {
    return repair(answer, match == PlaceMatch::same, "the service has closed this device's chain");
  }
  if (answer.state == claim::ChainStanding::waiting) return bring_the_one_before(answer, chains);
  if (match != PlaceMatch::same) return repair(answer, false, of_newest(answer, match, newest));
  return all_there(chains, chains.end() - 1, answer.head.seq) ? send(newest, answer.head.seq) : repair(answer, true, kPruned);
}

/// The chain that goes on from that one, where it is not set apart.
Chains::const_iterator follower(Chains::const_iterator chain, const Chains& chains) {
  return std::find_if(chain + 1, chains.end(),
                      [&](const KnownChain& later) { return !later.set_apart && later.before.chain == chain->state.head.chain; });
}

/// The first chain up to the named one that the ledger has to its end, and this store was not told so: its receipts were lost,
/// and an answer for another chain than was asked about tells nothing of single claims. They are known when they come again.
Chains::const_iterator untold(const Answer& answer, Chains::const_iterator named, const Chains& chains) {
  for (auto chain = chains.begin(); chain <= named && chain + 1 != chains.end(); ++chain) {
    const outbox::ChainState& state = chain->state;
    if (chain->set_apart || state.damaged || state.epoch != answer.epoch || state.delivered_seq >= state.head.seq) continue;
    const auto next = follower(chain, chains);
    if (next == chains.end() || !same_place(next->before, state.head)) continue;
    const bool whole = chain == named ? same_place(answer.head, state.head) : next <= named;
    if (whole && chain->pruned_to <= state.delivered_seq) return chain;
  }
  return chains.end();
}

/// Whether it was made anew, of an assignment that was left, beside those behind it: none of them goes on from it.
bool stands_beside(Chains::const_iterator chain, const Chains& chains) {
  const bool left = !chain->set_apart && chain->state.assignment != chains.back().state.assignment;
  return left && std::none_of(chain + 1, chains.end(),
                              [&](const KnownChain& later) { return later.before.chain == chain->state.head.chain; });
}

/// The first of those that is not delivered.
Chains::const_iterator undelivered_beside(const Answer& answer, const Chains& chains) {
  if (answer.state == claim::ChainStanding::closed) return chains.end();
  for (auto chain = chains.begin(); chain + 1 != chains.end(); ++chain) {
    if (stands_beside(chain, chains) && delivered(answer, *chain) < chain->state.head.seq) return chain;
  }
  return chains.end();
}

/// Whether there are claims of a chain that the service lacks, as far as the answer and receipts tell.
bool lacks(const Answer& answer, PlaceMatch match, Chains::const_iterator chain, const Chains& chains) {
  const outbox::ChainState& state = chain->state;
  std::uint64_t there = delivered(answer, *chain);
  const auto named = named_by(answer, chains);
  if (named == chain && is_ours(answer, match, chains)) there = std::max(there, answer.head.seq);
  // What a chain that the service goes on with names of it is there, whatever was told of it.
  const auto next = follower(chain, chains);
  const bool goes_on = next != chains.end() && named != chains.end() && next <= named;
  if (goes_on && answer.state != claim::ChainStanding::waiting) there = std::max(there, next->before.seq);
  return there < std::max(state.head.seq, chain->lost_to);
}

}  // namespace

std::optional<Course> make_left(const Course& course, const Answer& answer, PlaceMatch match, const Chains& chains) {
  const KnownChain& newest = chains.back();
  if (course.kind != Course::Kind::send) return std::nullopt;
  // While the newest one is not admitted yet, what is left of those before it may still be sent.
  const bool is_open = answer.head.chain == newest.state.head.chain && answer.state == claim::ChainStanding::open;
  for (auto chain = chains.begin(); chain + 1 != chains.end(); ++chain) {
    if (chain->state.assignment == newest.state.assignment) continue;
    if (chain->set_apart) continue;
    // Sent now, or before long.
    const bool is_sent = course.chain == chain->state.head.chain || stands_beside(chain, chains);
    if (!chain->state.damaged && (!is_open || is_sent)) continue;
    if (!lacks(answer, match, chain, chains)) continue;
    return repair_left(answer, is_ours(answer, match, chains), *chain,
                       chain->state.damaged ? kDamaged : "the service has closed a chain before what is left of it");
  }
  return std::nullopt;
}

Answer answer_of(const claim::Receipt& receipt) {
  Answer answer;
  answer.head = {receipt.chain, receipt.processed_up_to, receipt.payload_hash};
  if (receipt.head) answer.head = {receipt.chain, receipt.head->seq, receipt.head->payload_hash};
  answer.state = receipt.state;
  answer.epoch = receipt.epoch;
  answer.more_claims = receipt.head.has_value();
  answer.more_changes = receipt.change_count() == claim::kMostChanges;
  answer.come_again_s = receipt.come_again_s.value_or(0);
  answer.service_time = receipt.service_time;
  return answer;
}

Course decide(const Answer& answer, PlaceMatch match, const Chains& chains) {
  if (is_damaged(chains)) return repair(answer, is_ours(answer, match, chains), kDamaged);
  if (answer.head.chain == claim::ChainId{}) return begin(answer, chains);
  const auto named = named_by(answer, chains);
  if (named != chains.end() && match == PlaceMatch::same) {
    if (const auto first = untold(answer, named, chains); first != chains.end()) return send(*first, first->state.delivered_seq);
  }
  for (auto chain = chains.end(); chain-- != chains.begin();) {
    const bool follows = !chain->set_apart && same_place(chain->before, answer.head);
    if (follows && all_there(chains, chain, 0)) return send(*chain, 0);
  }
  if (named != chains.end() && named + 1 == chains.end()) {
    const auto beside = undelivered_beside(answer, chains);
    return beside != chains.end() ? send(*beside, delivered(answer, *beside)) : for_newest(answer, match, chains);
  }
  const bool ours = match == PlaceMatch::same;
  if (named == chains.end()) return repair(answer, false, "the service has another chain of this device than this store");
  const bool open = answer.state != claim::ChainStanding::closed || answer.head.seq == named->state.head.seq;
  if (ours && open && !named->set_apart && all_there(chains, named, answer.head.seq)) {
    // Behind one that is whole comes the next, also where that names another: the one that it names is set apart.
    const bool whole = answer.head.seq == named->state.head.seq;
    const auto next = std::find_if(named + 1, chains.end(), [](const KnownChain& chain) { return !chain.set_apart; });
    return whole ? send(*next, 0) : send(*named, answer.head.seq);
  }
  // Made anew it is not sent any more, and the ledger has lost since what it had of it.
  if (ours && named->set_apart && named->state.assignment != chains.back().state.assignment) {
    return repair_left(answer, true, *named, kPruned);
  }
  return repair(answer, ours, "the service goes on from another place than this store");
}

bool waits_beside(const Answer& answer, const Chains& chains) { return undelivered_beside(answer, chains) != chains.end(); }

std::string left_behind(const Course& course, const Chains& chains) {
  const KnownChain& newest = chains.back();
  if (course.kind != Course::Kind::send || course.chain != newest.state.head.chain) return {};
  std::string words;
  for (auto chain = chains.begin(); chain + 1 != chains.end(); ++chain) {
    const outbox::ChainState& state = chain->state;
    if (chain->set_apart || state.assignment == newest.state.assignment) continue;
    // What a chain that the service goes on with names of it is there, whatever was told of it.
    const auto next = follower(chain, chains);
    const std::uint64_t there = std::max(state.delivered_seq, next != chains.end() ? next->before.seq : 0);
    const std::uint64_t end = std::max(state.head.seq, chain->lost_to);
    if (there >= end) continue;
    words += (words.empty() ? "" : "; ") + std::to_string(end - there) + " of the assignment " +
             std::to_string(state.assignment) + ", behind claim " + std::to_string(there) + " of the chain " +
             to_hex(state.head.chain) +
             (state.damaged ? ", some of them lost with a damaged store" : ", where the service has closed it");
  }
  if (words.empty()) return words;
  return "claims of an assignment that this device has left wait here, and are not sent by themselves: " + words +
         ". Tell the operator, who has to decide about that chain";
}

}  // namespace greentill::uplink
