// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/chain_walk.hpp"

#include <limits>

#include "daemon/base/hex.hpp"

namespace greentill::cli {
namespace {

/// The claim's start entry; null where the claim does not begin a chain.
const claim::Start* opening(const claim::Claim& claim) {
  return claim.seq == 1 ? std::get_if<claim::Start>(&claim.entry) : nullptr;
}

/// Whether the claim follows the head: as the chain's next link, or as the start of the device's next chain.
bool goes_on_from(const claim::ChainHead& head, const claim::Claim& claim) {
  if (claim::check_link(head, claim) == claim::LinkFault::none) return true;
  const claim::Start* start = opening(claim);
  if (start == nullptr || !start->predecessor) return false;
  const claim::Predecessor& named = *start->predecessor;
  return named.device == claim.device && named.chain == head.chain && named.last_seq == head.seq &&
         named.payload_hash == head.payload_hash;
}

}  // namespace

bool ChainWalk::follow(const claim::Claim& claim, const Digest& payload_hash, std::uint64_t offset, bool proven) {
  offset_ = offset;
  const bool sound = place(claim, payload_hash, proven);
  if (const auto* gap = std::get_if<claim::Gap>(&claim.entry); gap != nullptr && proven) declare_lost(*gap, claim.device);
  return sound;
}

bool ChainWalk::place(const claim::Claim& claim, const Digest& payload_hash, bool proven) {
  device_ = find(claim.device);
  if (proven && device_ != nullptr && device_->before) set_aside_unproven(claim, *device_->before);
  // Only a device with a current chain has chains in ended_.
  const auto ended = ended_.find({std::string(claim.device), claim.chain});
  if (ended != ended_.end()) return after_end(ended, claim, payload_hash, proven);
  const bool same_chain = device_ != nullptr && device_->head.chain == claim.chain;
  if (same_chain && claim.seq <= device_->head.seq) return behind_head(device_->head, claim);
  if (!same_chain && !proven && ++unproven_begun_ > kMostUnproven) return false;
  const bool was_named = missing_.remove(claim.device, claim.chain, claim.seq, claim.seq) > 0;
  const bool sound = same_chain ? link(claim) : was_named ? begin_behind_successor(claim) : begin_chain(claim);
  adopt(claim, payload_hash, proven);
  return sound;
}

const claim::ChainHead* ChainWalk::follow_unreadable(std::string_view device, const Digest& payload_hash) {
  Device* known = find(device);
  if (known == nullptr) return nullptr;
  if (!known->before) known->before = known->head;
  ++known->head.seq;
  known->head.payload_hash = payload_hash;
  return &known->head;
}

void ChainWalk::reach(std::string_view device, const claim::ChainId& chain, std::uint64_t seq) {
  const Device* known = find(device);
  if (known != nullptr && known->head.chain == chain) miss(device, chain, known->head.seq + 1, seq);
}

void ChainWalk::finish() {
  for (const MissingClaims& stretch : missing_.stretches()) tell_missing(stretch);
}

bool ChainWalk::link(const claim::Claim& claim) {
  const claim::ChainHead& head = device_->head;
  switch (claim::check_link(head, claim)) {
    case claim::LinkFault::none: return true;
    case claim::LinkFault::ahead: return after_missing(head.seq + 1, claim);
    case claim::LinkFault::no_start: return start_inside(claim);
    default:
      return tell(Reason::broken_link,
                  "it does not carry the hash of seq " + std::to_string(head.seq) + ": one of the two is not the original",
                  claim);
  }
}

bool ChainWalk::after_missing(std::uint64_t first, const claim::Claim& claim) {
  miss(claim.device, claim.chain, first, claim.seq - 1);
  return !std::holds_alternative<claim::Start>(claim.entry) || start_inside(claim);
}

bool ChainWalk::start_inside(const claim::Claim& claim) {
  return tell(Reason::wrong_start, "a start entry inside a chain: only seq 1 may be one", claim);
}

bool ChainWalk::behind_head(const claim::ChainHead& head, const claim::Claim& claim) {
  if (missing_.remove(claim.device, claim.chain, claim.seq, claim.seq) > 0) {
    return tell(Reason::out_of_order, "it stands behind seq " + std::to_string(head.seq), claim);
  }
  return tell(Reason::repeated, "a claim of this seq came before", claim);
}

bool ChainWalk::after_end(Ended::iterator ended, const claim::Claim& claim, const Digest& payload_hash, bool proven) {
  const claim::ChainHead end = ended->second;
  if (claim.seq <= end.seq) return behind_head(end, claim);
  missing_.remove(claim.device, claim.chain, claim.seq, claim.seq);
  miss(claim.device, claim.chain, end.seq + 1, claim.seq - 1);
  if (!proven && !device_->before) {
    ended->second = {claim.chain, claim.seq, payload_hash};
    return behind_successor(claim);
  }
  // The chain is taken up again as the current one: if a single forged start had ended it, every claim behind would be told of.
  ended_.erase(ended);
  adopt(claim, payload_hash, proven);
  return behind_successor(claim);
}

bool ChainWalk::behind_successor(const claim::Claim& claim) {
  return tell(Reason::out_of_order, "it stands behind the start of a chain that went on from its own", claim);
}

// A successor of this chain stood before its beginning. That one fault is told; what else looks odd about the beginning follows
// from it.
bool ChainWalk::begin_behind_successor(const claim::Claim& claim) {
  const claim::Start* start = opening(claim);
  if (start != nullptr && start->predecessor) miss_end(*start->predecessor);
  return behind_successor(claim);
}

bool ChainWalk::begin_chain(const claim::Claim& claim) {
  const claim::Start* start = opening(claim);
  if (start != nullptr) return check_start(claim, *start);
  if (claim.seq == 1) return tell(Reason::wrong_start, "seq 1 is not a start entry", claim);
  return after_missing(device_ != nullptr || !partial_ ? 1 : claim.seq, claim);
}

bool ChainWalk::check_start(const claim::Claim& claim, const claim::Start& start) {
  if (claim.prev != Digest{}) return tell(Reason::broken_link, "the first claim of a chain carries a hash", claim);
  if (start.predecessor) {
    return check_predecessor(claim, *start.predecessor, start.reason == claim::StartReason::store_went_back);
  }
  if (device_ == nullptr) return true;
  return tell(Reason::wrong_start, "it does not name the chain before it, " + to_hex(device_->head.chain), claim);
}

bool ChainWalk::check_predecessor(const claim::Claim& claim, const claim::Predecessor& named, bool repairs) {
  const std::string name = "chain " + to_hex(named.chain) + " up to seq " + std::to_string(named.last_seq);
  if (named.device != claim.device) {
    return tell(Reason::wrong_start, "it goes on from a chain of another device, \"" + std::string(named.device) + '"', claim);
  }
  const bool at_hand = device_ != nullptr && device_->head.chain == named.chain;
  if (!at_hand && device_ != nullptr && !repairs) {
    return tell(Reason::wrong_start, "it names " + name + " as the one before it, but that is " + to_hex(device_->head.chain),
                claim);
  }
  const claim::ChainHead* end = end_of(named);
  if (end == nullptr || named.last_seq > end->seq) {
    miss_end(named);
    return true;
  }
  if (named.last_seq < end->seq) return before_end(claim, named, end->seq, repairs);
  if (named.payload_hash == end->payload_hash) return true;
  return tell(Reason::wrong_start, "it names " + name + " as the one before it, with another end than the file holds", claim);
}

// Only a repair goes back: it makes anew what its chain had behind the place, for want of it in the ledger.
bool ChainWalk::before_end(const claim::Claim& claim, const claim::Predecessor& named, std::uint64_t end, bool repairs) {
  const std::string name = "chain " + to_hex(named.chain) + " up to seq " + std::to_string(named.last_seq);
  if (!repairs) {
    return tell(Reason::wrong_start,
                "it names " + name + " as the one before it, which the file holds up to seq " + std::to_string(end), claim);
  }
  const auto match = kept_.match(named.device, named.chain, named.last_seq, named.payload_hash);
  if (match != KeptClaims::Match::other) return true;
  return tell(Reason::wrong_start, "it names " + name + ", with another claim at that place than the file holds", claim);
}

void ChainWalk::adopt(const claim::Claim& claim, const Digest& payload_hash, bool proven) {
  const bool first_of_device = device_ == nullptr;
  const bool begun = first_of_device || device_->head.chain != claim.chain;
  if (begun && !first_of_device) ended_.insert_or_assign({std::string(claim.device), device_->head.chain}, device_->head);
  if (first_of_device) device_ = &devices_[std::string(claim.device)];
  if (proven) {
    device_->before.reset();
  } else if (!device_->before) {
    device_->before = device_->head;
  }
  device_->head = claim::ChainHead{claim.chain, claim.seq, payload_hash};
}

// A proven claim that goes on from the head before the unproven ones shows that these were inserted: they must not cause a
// finding about it.
void ChainWalk::set_aside_unproven(const claim::Claim& claim, claim::ChainHead before) {
  const claim::ChainHead unproven = device_->head;
  const bool none_before = before.seq == 0;
  const bool begins =
      (opening(claim) != nullptr || claim.chain != unproven.chain) && !ended_.contains({std::string(claim.device), claim.chain});
  if (none_before ? !begins : !goes_on_from(before, claim)) return;
  if (unproven.chain != claim.chain) ended_.insert_or_assign({std::string(claim.device), unproven.chain}, unproven);
  if (none_before) {
    devices_.erase(devices_.find(claim.device));
    device_ = nullptr;
    return;
  }
  ended_.erase({std::string(claim.device), before.chain});
  device_->head = before;
  device_->before.reset();
}

// A gap names a chain without its device, and another device may have chosen the same id.
void ChainWalk::declare_lost(const claim::Gap& gap, std::string_view by) {
  declared_lost_ += missing_.remove(by, gap.chain, gap.first, gap.last);
}

void ChainWalk::set_apart(std::string_view device, const claim::ChainId& chain, std::uint64_t first) {
  missing_.remove(device, chain, first, std::numeric_limits<std::uint64_t>::max());
}

bool ChainWalk::tell(Reason reason, std::string detail, const claim::Claim& claim) {
  sink_({reason, std::move(detail), claim.seq, std::nullopt, claim.chain, offset_});
  return false;
}

void ChainWalk::tell_missing(const MissingClaims& stretch) {
  const bool one = stretch.first == stretch.last;
  std::optional<std::uint64_t> last;
  if (!one) last = stretch.last;
  sink_({Reason::missing, one ? "the file does not hold it" : "the file does not hold them", stretch.first, last, stretch.chain,
         stretch.noticed_at});
}

void ChainWalk::miss(std::string_view device, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) {
  if (first > last) return;
  // The start of a succeeding chain may have named some of them already.
  missing_.remove(device, chain, first, last);
  missing_.add({std::string(device), chain, first, last, offset_});
}

void ChainWalk::miss_end(const claim::Predecessor& named) {
  const claim::ChainHead* end = end_of(named);
  const bool whole = end != nullptr ? named.last_seq <= end->seq : partial_;
  if (!whole) miss(named.device, named.chain, end == nullptr ? 1 : end->seq + 1, named.last_seq);
}

ChainWalk::Device* ChainWalk::find(std::string_view device) {
  const auto known = devices_.find(device);
  return known == devices_.end() ? nullptr : &known->second;
}

const claim::ChainHead* ChainWalk::end_of(const claim::Predecessor& named) {
  const Device* device = find(named.device);
  if (device != nullptr && device->head.chain == named.chain) return &device->head;
  const auto ended = ended_.find({std::string(named.device), named.chain});
  return ended == ended_.end() ? nullptr : &ended->second;
}

}  // namespace greentill::cli
