// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/chain_walk.hpp"

#include "daemon/base/hex.hpp"

namespace greentill::cli {

bool ChainWalk::follow(const claim::Claim& claim, const Digest& payload_hash, std::uint64_t offset) {
  const bool same_chain = head_ && head_->chain == claim.chain && device_ == claim.device;
  if (same_chain && claim.seq <= head_->seq) return behind_head(claim, offset);
  const bool sound = same_chain ? link(claim, offset) : begin_chain(claim, offset);
  adopt(claim, payload_hash);
  if (const auto* gap = std::get_if<claim::Gap>(&claim.entry)) {
    declared_lost_ += missing_.remove(gap->chain, gap->first, gap->last);
  }
  return sound;
}

std::optional<std::uint64_t> ChainWalk::follow_unreadable(const Digest& payload_hash) {
  if (!head_) return std::nullopt;
  ++head_->seq;
  head_->payload_hash = payload_hash;
  return head_->seq;
}

void ChainWalk::finish() {
  for (const MissingClaims& stretch : missing_.stretches()) tell_missing(stretch);
}

bool ChainWalk::link(const claim::Claim& claim, std::uint64_t offset) {
  switch (claim::check_link(*head_, claim)) {
    case claim::LinkFault::none: return true;
    case claim::LinkFault::ahead: return after_missing(head_->seq + 1, claim, offset);
    case claim::LinkFault::no_start: return start_inside(claim, offset);
    default:
      return tell(finding::kBrokenLink,
                  "it does not carry the hash of seq " + std::to_string(head_->seq) + ": one of the two is not the original",
                  claim, offset);
  }
}

bool ChainWalk::after_missing(std::uint64_t first, const claim::Claim& claim, std::uint64_t offset) {
  if (first < claim.seq) miss(claim.chain, first, claim.seq - 1, offset);
  return !std::holds_alternative<claim::Start>(claim.entry) || start_inside(claim, offset);
}

bool ChainWalk::start_inside(const claim::Claim& claim, std::uint64_t offset) {
  return tell(finding::kWrongStart, "a start entry inside a chain: only seq 1 may be one", claim, offset);
}

bool ChainWalk::behind_head(const claim::Claim& claim, std::uint64_t offset) {
  if (missing_.remove(claim.chain, claim.seq, claim.seq) > 0) {
    return tell(finding::kOutOfOrder, "it stands behind seq " + std::to_string(head_->seq), claim, offset);
  }
  return tell(finding::kRepeated, "a claim of this seq came before", claim, offset);
}

bool ChainWalk::begin_chain(const claim::Claim& claim, std::uint64_t offset) {
  const auto* start = claim.seq == 1 ? std::get_if<claim::Start>(&claim.entry) : nullptr;
  if (start != nullptr) return check_start(claim, *start, offset);
  if (claim.seq == 1) return tell(finding::kWrongStart, "seq 1 is not a start entry", claim, offset);
  return after_missing(head_ || !partial_ ? 1 : claim.seq, claim, offset);
}

bool ChainWalk::check_start(const claim::Claim& claim, const claim::Start& start, std::uint64_t offset) {
  if (claim.prev != Digest{}) return tell(finding::kBrokenLink, "the first claim of a chain carries a hash", claim, offset);
  if (start.predecessor) return check_predecessor(claim, *start.predecessor, offset);
  if (!head_ || device_ != claim.device) return true;
  return tell(finding::kWrongStart, "it does not name the chain before it, " + to_hex(head_->chain), claim, offset);
}

bool ChainWalk::check_predecessor(const claim::Claim& claim, const claim::Predecessor& named, std::uint64_t offset) {
  const std::string name = "chain " + to_hex(named.chain) + " up to seq " + std::to_string(named.last_seq);
  if (named.device != claim.device) {
    const bool consented = !std::get<claim::Start>(claim.entry).consent.empty();
    if (!consented)
      return tell(finding::kWrongStart, "it goes on for another device without the operator's consent", claim, offset);
  }
  const bool held = head_ && head_->chain == named.chain && device_ == named.device;
  if (!held && head_ && device_ == claim.device) {
    return tell(finding::kWrongStart, "it names " + name + " as the one before it, but that is " + to_hex(head_->chain), claim,
                offset);
  }
  if (!held) {
    if (!partial_ && named.last_seq > 0) miss(named.chain, 1, named.last_seq, offset);
    return true;
  }
  if (named.last_seq > head_->seq) {
    miss(named.chain, head_->seq + 1, named.last_seq, offset);
    return true;
  }
  if (named.last_seq == head_->seq && named.payload_hash == head_->payload_hash) return true;
  return tell(finding::kWrongStart, "it names " + name + " as the one before it, with another end than the file holds", claim,
              offset);
}

void ChainWalk::adopt(const claim::Claim& claim, const Digest& payload_hash) {
  head_ = claim::ChainHead{claim.chain, claim.seq, payload_hash};
  device_ = claim.device;
}

bool ChainWalk::tell(std::string_view code, std::string detail, const claim::Claim& claim, std::uint64_t offset) {
  sink_({code, std::move(detail), claim.seq, std::nullopt, claim.chain, offset});
  return false;
}

void ChainWalk::tell_missing(const MissingClaims& stretch) {
  const bool one = stretch.first == stretch.last;
  std::optional<std::uint64_t> last;
  if (!one) last = stretch.last;
  sink_({finding::kMissing, one ? "the file does not hold it" : "the file does not hold them", stretch.first, last, stretch.chain,
         stretch.noticed_at});
}

void ChainWalk::miss(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last, std::uint64_t offset) {
  const MissingClaims stretch{chain, first, last, offset};
  if (!missing_.add(stretch)) tell_missing(stretch);
}

}  // namespace greentill::cli
