// SPDX-License-Identifier: Apache-2.0
// What gaps declare lost, and what chains wait for (docs/chains.md, "Gaps").
#include <algorithm>

#include "tools/credit-service/ledger/intake.hpp"

namespace greentill::credit {
namespace {

void add_gaps(const Batch& batch, const claim::ChainId& of, std::vector<Range>& gaps) {
  for (const BatchClaim& one : batch.claims) {
    const auto* gap = one.claim && one.attested ? std::get_if<claim::Gap>(&one.claim->entry) : nullptr;
    if (gap != nullptr && gap->chain == of) gaps.push_back({gap->first, gap->last});
  }
}

/// The parts of a range that are not in any of the others.
std::vector<Range> without(Range whole, std::vector<Range> others) {
  std::ranges::sort(others, {}, &Range::first);
  std::vector<Range> left;
  for (const Range& one : others) {
    if (one.last < whole.first || one.first > whole.last) continue;
    if (one.first > whole.first) left.push_back({whole.first, one.first - 1});
    whole.first = one.last + 1;
    if (whole.first == 0 || whole.first > whole.last) return left;
  }
  left.push_back(whole);
  return left;
}

}  // namespace

/// Whether gaps of the chain `by`, in the batch and what is kept aside, declare all that is missing of the one before it. `lost`
/// gets what they declare and the ledger does not have.
Result<bool> Intake::gaps_cover(const Batch* batch, const std::string& device, const std::vector<Chain>& chains,
                                const claim::ChainId& by, const claim::ChainId& of, const Range& missing,
                                std::vector<Range>& lost) {
  std::vector<Range> gaps;
  if (batch != nullptr) add_gaps(*batch, of, gaps);
  const auto kept = pending_.kept(device, by);
  if (!kept) return Failure{kept.error()};
  for (const Batch& one : *kept) add_gaps(one, of, gaps);
  const auto before = pending_.kept(device, of);
  if (!before) return Failure{before.error()};
  std::vector<Range> aside;
  for (const Batch& one : *before) {
    for (const BatchClaim& claim : one.claims) aside.push_back({claim.link.seq, claim.link.seq});
  }
  const auto chain = std::ranges::find(chains, of, &Chain::id);
  auto there = chain == chains.end() ? Result<std::vector<Range>>(std::vector<Range>()) : store_.lost(chain->no);
  if (!there) return Failure{there.error()};
  there->insert(there->end(), gaps.begin(), gaps.end());
  there->insert(there->end(), aside.begin(), aside.end());
  if (!without(missing, *there).empty()) return false;
  for (const Range& gap : gaps) {
    for (const Range& one : without(gap, aside)) {
      if (one.last >= missing.first) lost.push_back({std::max(one.first, missing.first), one.last});
    }
  }
  return true;
}

Result<bool> Intake::is_ready(const std::string& device, const std::vector<Chain>& chains, const Chain& waiting) {
  const auto before = std::ranges::find(chains, waiting.predecessor, &Chain::no);
  if (before == chains.end() || before->state != ChainStanding::open || before->seq >= waiting.predecessor_seq) return true;
  std::vector<Range> lost;
  return gaps_cover(nullptr, device, chains, waiting.id, before->id, {before->seq + 1, waiting.predecessor_seq}, lost);
}

/// Notes what gaps declare of a chain and the ledger does not have.
Status Intake::note_lost(const Visit& visit, const Chain& of, const std::vector<Range>& ranges) {
  const auto aside = pending_.kept(visit.name, of.id);
  if (!aside) return Failure{aside.error()};
  std::vector<Range> there{{0, of.seq}};
  for (const Batch& one : *aside) {
    for (const BatchClaim& claim : one.claims) there.push_back({claim.link.seq, claim.link.seq});
  }
  const auto known = store_.lost(of.no);
  if (!known) return Failure{known.error()};
  there.insert(there.end(), known->begin(), known->end());
  for (const Range& range : ranges) {
    for (const Range& one : without(range, there)) {
      if (Status added = store_.add_lost(of.no, one); !added) return added;
    }
  }
  return Done{};
}

}  // namespace greentill::credit
