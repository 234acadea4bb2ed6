// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/answering.hpp"

#include <algorithm>
#include <map>

namespace greentill::credit {
namespace {

// A list has room for these besides the batch's own claims.
constexpr std::size_t kOthers = claim::kMostRefusals - kMaxBatchClaims;
static_assert(claim::kMostRefusals == claim::kMostGrants);

/// The lowest `room` of what a device must know that is no claim of its batch; `end` becomes the seq before the first that has
/// no room.
template <typename T>
void take_lowest(const std::vector<std::pair<std::uint64_t, T>>& all, std::size_t room, std::map<std::uint64_t, T>& named,
                 std::uint64_t& end) {
  for (const auto& [seq, what] : all) {
    if (named.contains(seq)) continue;
    if (room == 0) {
      end = std::min(end, seq - 1);
      return;
    }
    --room;
    named.emplace(seq, what);
  }
}

}  // namespace

const Chain* Answering::choose(const Visit& visit, const claim::ChainId& asked, bool is_question) const {
  const auto named = std::ranges::find(visit.chains, asked, &Chain::id);
  if (named != visit.chains.end() && (!is_question || named->state != ChainStanding::closed)) return &*named;
  if (!is_question) return nullptr;
  const auto open = std::ranges::find(visit.chains, ChainStanding::open, &Chain::state);
  if (open != visit.chains.end()) return &*open;
  const Chain* last = nullptr;
  for (const Chain& one : visit.chains) {
    if (one.state == ChainStanding::closed && (last == nullptr || one.state_since >= last->state_since)) last = &one;
  }
  if (last == nullptr && !visit.chains.empty()) last = &visit.chains.back();
  return last;
}

Result<Answer> Answering::answer(const Visit& visit, const Asked& asked, const claim::Stored& said) {
  const auto epoch = store_.epoch();
  if (!epoch) return Failure{epoch.error()};
  Answer made;
  made.device = visit.name;
  made.fields.service_time = visit.now;
  made.fields.epoch = *epoch;
  const claim::Stored stored = said.epoch == *epoch ? said : claim::Stored{};
  const Chain* chain = choose(visit, asked.chain, asked.is_question);
  made.fields.chain = chain != nullptr ? chain->id : asked.is_question ? claim::ChainId{} : asked.chain;
  if (chain != nullptr && chain->state != ChainStanding::waiting) {
    const bool other = asked.is_question && chain->id != said.chain;
    const std::uint64_t from = !other && stored.chain == chain->id ? std::min(stored.head, chain->seq) : 0;
    made.fields.state = chain->state;
    made.fields.from_head = from;
    if (other) {
      // It is told where that chain stands, and nothing of its claims.
      if (chain->seq != 0) made.fields.head = claim::Place{chain->seq, chain->hash};
    } else if (Status filled = fill(*chain, asked.own, from, made); !filled) {
      return Failure{filled.error()};
    }
  } else if (chain != nullptr) {
    made.fields.state = chain->state;
  }
  if (Status added = add_changes(visit, stored.change, made); !added) return Failure{added.error()};
  return made;
}

/// The lists, and how far they let the receipt go: no further than the lowest thing above the stored head that they leave out.
Status Answering::fill(const Chain& chain, const std::vector<Decided>& own, std::uint64_t from, Answer& into) {
  const auto refused = store_.refused(chain.claim_id(from), chain.claim_id(chain.seq), claim::kMostRefusals + 1);
  if (!refused) return Failure{refused.error()};
  const auto differing = store_.differing(chain.claim_id(from), chain.claim_id(chain.seq), claim::kMostGrants + 1);
  if (!differing) return Failure{differing.error()};
  std::map<std::uint64_t, Reason> refusals;
  std::map<std::uint64_t, std::int64_t> grants;
  for (const Decided& one : own) {
    if (one.reason != Reason::none) {
      refusals.emplace_hint(refusals.end(), one.seq, one.reason);
    } else if (one.granted) {
      grants.emplace_hint(grants.end(), one.seq, *one.granted);
    }
  }
  std::uint64_t end = chain.seq;
  take_lowest(*refused, kOthers, refusals, end);
  take_lowest(*differing, kOthers, grants, end);
  for (const auto& [seq, reason] : refusals) {
    if (seq <= end) into.refused.push_back({seq, to_string(reason), verify::is_retryable(reason)});
  }
  for (const auto& [seq, mg] : grants) {
    if (seq <= end) into.granted.push_back({seq, mg});
  }
  return state_place(chain, end, into);
}

Status Answering::state_place(const Chain& chain, std::uint64_t up_to, Answer& into) {
  // A place that a gap called lost has no payload to name.
  for (; up_to > 0 && up_to < chain.seq; --up_to) {
    const auto stored = store_.claim(chain.claim_id(up_to));
    if (!stored) return Failure{stored.error()};
    if (!*stored) continue;
    into.fields.payload_hash = hasher_.sha256({(*stored)->payload});
    break;
  }
  into.fields.processed_up_to = up_to;
  if (up_to == chain.seq) {
    into.fields.payload_hash = chain.hash;
  } else {
    into.fields.head = claim::Place{chain.seq, chain.hash};
  }
  std::erase_if(into.refused, [&](const claim::Refusal& one) { return one.seq > up_to; });
  std::erase_if(into.granted, [&](const claim::Grant& one) { return one.seq > up_to; });
  return Done{};
}

Status Answering::add_changes(const Visit& visit, std::uint64_t from, Answer& into) {
  into.fields.from_change = from;
  const auto changes = store_.changes(visit.name, from, claim::kMostChanges);
  if (!changes) return Failure{changes.error()};
  if (changes->empty()) return Done{};
  std::map<std::int64_t, claim::ChainId> ids;
  for (const Chain& chain : visit.chains) ids.emplace(chain.no, chain.id);
  for (const ToldChange& one : *changes) {
    auto id = ids.find(chain_of(one.claim));
    if (id == ids.end()) {
      const auto chain = store_.chain(chain_of(one.claim));
      if (!chain) return Failure{chain.error()};
      if (chain->second != visit.name) return fail(ErrorCode::corrupt, "ledger: a change is of another device's chain");
      id = ids.emplace(chain->first.no, chain->first.id).first;
    }
    into.changes.push_back({one.number, id->second, seq_of(one.claim), one.standing, one.granted_mg, to_string(one.reason)});
  }
  return Done{};
}

}  // namespace greentill::credit
