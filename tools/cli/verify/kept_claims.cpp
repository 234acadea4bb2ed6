// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/kept_claims.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace greentill::cli {
namespace {

std::uint64_t front_of(const Digest& hash) {
  std::uint64_t front = 0;
  for (std::size_t i = 0; i < sizeof front; ++i) front = front << 8 | hash[i];
  return front;
}

// A sum that stops at its limits: a device may sign numbers that no sum can hold.
void add_saturating(std::int64_t& sum, std::int64_t value) {
  if (__builtin_add_overflow(sum, value, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void KeptClaims::keep(const claim::Claim& claim, const Digest& payload_hash, bool sound) {
  auto known = devices_.find(claim.device);
  if (known == devices_.end()) known = devices_.emplace(claim.device, Chains{}).first;
  Chains& chains = known->second;
  const auto [at, begun] = chains.index.try_emplace(claim.chain, chains.all.size());
  if (begun) chains.all.emplace_back().id = claim.chain;
  Chain& chain = chains.all[at->second];
  if (claim.seq <= chain.last_seq) return;
  keep(chain, claim, payload_hash, sound);
  chains.holding.insert(at->second);
}

void KeptClaims::keep(Chain& chain, const claim::Claim& claim, const Digest& payload_hash, bool sound) {
  Kept kept;
  kept.seq = chain.last_seq = claim.seq;
  kept.hash = front_of(payload_hash);
  if (sound) {
    kept.kind = static_cast<Kind>(claim.entry.index());
    list(chain, claim);
    if (const auto* reduction = std::get_if<claim::Reduction>(&claim.entry)) {
      kept.estimate_mg = reduction->estimate_mg;
      kept.credited_mg = reduction->credited_mg;
      kept.activity = index_of(reduction->activity);
      first_begin_ = std::min(first_begin_.value_or(reduction->begin), reduction->begin);
      last_end_ = std::max(last_end_.value_or(reduction->end), reduction->end);
    }
  }
  chain.claims.push_back(kept);
}

KeptClaims::Match KeptClaims::match(std::string_view device, const claim::ChainId& chain, std::uint64_t seq,
                                    const Digest& hash) const {
  if (seq == 0) return hash == Digest{} ? Match::same : Match::other;
  const Chain* found = find(device, chain);
  if (found == nullptr) return Match::unknown;
  const auto kept = std::ranges::lower_bound(found->claims, seq, {}, &Kept::seq);
  if (kept == found->claims.end() || kept->seq != seq) return Match::unknown;
  return kept->hash == front_of(hash) ? Match::same : Match::other;
}

std::vector<KeptClaims::Run> KeptClaims::set_apart(std::string_view device, const claim::ChainId& chain, std::uint64_t seq) {
  std::vector<Run> runs;
  const auto known = devices_.find(device);
  if (known == devices_.end()) return runs;
  Chains& chains = known->second;
  const auto named = chains.index.find(chain);
  const bool is_known = named != chains.index.end();
  std::set<std::size_t>& holding = chains.holding;
  for (auto at = is_known ? holding.lower_bound(named->second) : holding.begin(); at != holding.end();) {
    const std::uint64_t first = is_known && *at == named->second ? seq + 1 : 1;
    Chain& behind = chains.all[*at];
    take_out(behind, first);
    runs.push_back({behind.id, first});
    at = behind.claims.empty() ? holding.erase(at) : std::next(at);
  }
  return runs;
}

void KeptClaims::sum_up(VerifySummary& summary) const {
  std::vector<const std::string*> names(activities_.size());
  for (const auto& [name, index] : activities_) names[index] = &name;
  for (const Listed& listed : order_) {
    const Chain* chain = find(listed.device, listed.id);
    summary.chains.push_back({listed.device, listed.id, listed.first_seq, listed.last_seq, chain->set_apart_from});
  }
  for (const auto& [device, chains] : devices_) {
    for (const Chain& chain : chains.all) {
      for (const Kept& kept : chain.claims) {
        switch (kept.kind) {
          case Kind::start: ++summary.starts; break;
          case Kind::reversal: ++summary.reversals; break;
          case Kind::gap: ++summary.gaps; break;
          case Kind::unsound: break;
          case Kind::reduction:
            ActivityTotals& totals = summary.by_activity[*names[kept.activity]];
            ++totals.claims;
            add_saturating(totals.estimate_mg, kept.estimate_mg);
            add_saturating(totals.credited_mg, kept.credited_mg);
            break;
        }
      }
    }
  }
  summary.set_apart = set_apart_;
  summary.first_begin = first_begin_;
  summary.last_end = last_end_;
}

const KeptClaims::Chain* KeptClaims::find(std::string_view device, const claim::ChainId& chain) const {
  const auto known = devices_.find(device);
  if (known == devices_.end()) return nullptr;
  const auto found = known->second.index.find(chain);
  return found == known->second.index.end() ? nullptr : &known->second.all[found->second];
}

std::uint32_t KeptClaims::index_of(std::string_view activity) {
  const auto known = activities_.find(activity);
  if (known != activities_.end()) return known->second;
  return activities_.emplace(activity, static_cast<std::uint32_t>(activities_.size())).first->second;
}

void KeptClaims::list(Chain& chain, const claim::Claim& claim) {
  if (!chain.listed) {
    chain.listed = order_.size();
    order_.push_back({std::string(claim.device), claim.chain, claim.seq, claim.seq});
  }
  order_[*chain.listed].last_seq = claim.seq;
}

void KeptClaims::take_out(Chain& chain, std::uint64_t seq) {
  const auto first = std::ranges::lower_bound(chain.claims, seq, {}, &Kept::seq);
  if (first == chain.claims.end()) return;
  set_apart_ += static_cast<std::uint64_t>(chain.claims.end() - first);
  chain.set_apart_from = std::min(chain.set_apart_from.value_or(seq), seq);
  chain.claims.erase(first, chain.claims.end());
}

}  // namespace greentill::cli
