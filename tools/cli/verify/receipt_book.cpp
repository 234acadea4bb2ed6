// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/receipt_book.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "daemon/crypto/hasher.hpp"
#include "daemon/verify/claim_check.hpp"
#include "tools/cli/verify/consent_check.hpp"

namespace greentill::cli {
namespace {

std::uint64_t head_of(const claim::Receipt& receipt) { return receipt.head ? receipt.head->seq : receipt.processed_up_to; }

/// Makes stretches that touch or overlap one.
void join(std::map<std::uint64_t, std::uint64_t>& stretches) {
  for (auto at = stretches.begin(); at != stretches.end();) {
    const auto next = std::next(at);
    if (next == stretches.end() || next->first > at->second) {
      at = next;
      continue;
    }
    at->second = std::max(at->second, next->second);
    stretches.erase(next);
  }
}

void add_granted(ReceiptSums& sums, std::int64_t granted_mg) {
  ++sums.accepted;
  if (__builtin_add_overflow(sums.granted_mg, granted_mg, &sums.granted_mg)) {
    sums.granted_mg = std::numeric_limits<std::int64_t>::max();
  }
}

}  // namespace

Result<ReceiptBook> ReceiptBook::read(ByteView sequence, const std::vector<crypto::Certificate>& signers) {
  auto known = Signers::make(signers, crypto::kReceiptSigningUsage);
  if (!known) return Failure{known.error()};
  ReceiptBook book;
  std::vector<claim::Receipt> receipts;
  const std::size_t size = sequence.size();
  while (!sequence.empty()) {
    const std::uint64_t offset = size - sequence.size();
    const auto message = claim::take_message(sequence, claim::MessageType::receipt);
    if (!message) {
      book.refuse(verify::reason_of(message.error()), std::string("no receipt: ") + message.error().reason, offset);
      break;
    }
    if (std::string why = known->refusal(crypto::hasher(), *message); !why.empty()) {
      book.refuse(Reason::bad_signature, std::move(why), offset);
      continue;
    }
    const auto receipt = claim::parse_receipt(message->payload);
    if (receipt) {
      receipts.push_back(*receipt);
    } else {
      book.refuse(verify::reason_of(receipt.error()), std::string("no receipt: ") + receipt.error().reason, offset);
    }
  }
  std::ranges::stable_sort(receipts, {}, [](const claim::Receipt& one) { return std::pair(one.epoch, one.service_time); });
  for (const claim::Receipt& receipt : receipts) book.add(receipt);
  for (auto& [name, device] : book.devices_) {
    for (auto& [id, chain] : device.chains) join(chain.whole);
  }
  return book;
}

void ReceiptBook::compare(const KeptClaims& kept, ChainWalk& walk, const FindingSink& sink) const {
  for (const Finding& finding : refused_) sink(finding);
  for (const auto& [name, device] : devices_) {
    for (const auto& [id, chain] : device.chains) {
      for (const claim::Place& place : chain.places) {
        if (kept.match(name, id, place.seq, place.payload_hash) != KeptClaims::Match::other) continue;
        sink({Reason::broken_link, "a receipt names another claim at this place than the file holds", place.seq, std::nullopt, id,
              0});
      }
      walk.reach(name, id, chain.head);
    }
  }
}

ReceiptSums ReceiptBook::sum_up(const KeptClaims& kept) const {
  ReceiptSums sums;
  sums.receipts = count_;
  kept.for_each_asked([&](const std::string& name, const claim::ChainId& id, const KeptClaims::Asked& asked) {
    const auto device = devices_.find(name);
    if (device == devices_.end()) {
      ++sums.unanswered;
    } else {
      count(device->second, id, asked, sums);
    }
  });
  return sums;
}

void ReceiptBook::add(const claim::Receipt& receipt) {
  ++count_;
  auto known = devices_.find(receipt.device);
  if (known == devices_.end()) known = devices_.emplace(receipt.device, Device{}).first;
  Device& device = known->second;
  if (receipt.epoch > device.epoch) device.changes.clear();
  device.epoch = receipt.epoch;
  Chain& chain = device.chains[receipt.chain];
  if (receipt.epoch > chain.epoch) begin_epoch(receipt, chain);
  chain.epoch = receipt.epoch;
  chain.head = std::max(chain.head, head_of(receipt));
  if (receipt.processed_up_to > 0) chain.places.push_back({receipt.processed_up_to, receipt.payload_hash});
  if (receipt.head) chain.places.push_back(*receipt.head);
  add_lists(receipt, chain);
  add_changes(receipt, device);
}

// The ledger was restored from a backup: behind its head, what it had said is void.
void ReceiptBook::begin_epoch(const claim::Receipt& receipt, Chain& chain) {
  const std::uint64_t head = head_of(receipt);
  chain.head = head;
  chain.words.erase(chain.words.upper_bound(head), chain.words.end());
  chain.whole.erase(chain.whole.lower_bound(head), chain.whole.end());
  for (auto& [from, to] : chain.whole) to = std::min(to, head);
  std::erase_if(chain.places, [head](const claim::Place& place) { return place.seq > head; });
}

void ReceiptBook::add_lists(const claim::Receipt& receipt, Chain& chain) {
  if (receipt.from_head < receipt.processed_up_to) {
    std::uint64_t& to = chain.whole[receipt.from_head];
    to = std::max(to, receipt.processed_up_to);
  }
  receipt.for_each_refused([&](const claim::Refusal& refusal) { chain.words[refusal.seq] = {true, refusal.retryable, 0}; });
  receipt.for_each_granted([&](const claim::Grant& grant) { chain.words[grant.seq] = {false, false, grant.granted_mg}; });
}

void ReceiptBook::add_changes(const claim::Receipt& receipt, Device& device) {
  receipt.for_each_change([&](const claim::Change& change) {
    Decided& decided = device.changes[{change.chain, change.seq}];
    if (change.number > decided.number) decided = {change.number, change.standing, change.granted_mg};
  });
}

void ReceiptBook::count(const Device& device, const claim::ChainId& id, const KeptClaims::Asked& asked, ReceiptSums& sums) const {
  if (const auto change = device.changes.find({id, asked.seq}); change != device.changes.end()) {
    switch (change->second.standing) {
      case claim::Stands::accepted: return add_granted(sums, change->second.granted_mg);
      case claim::Stands::held: ++sums.held; return;
      case claim::Stands::refused: ++sums.refused; return;
    }
  }
  const auto chain = device.chains.find(id);
  if (chain != device.chains.end()) {
    if (const auto word = chain->second.words.find(asked.seq); word != chain->second.words.end()) {
      if (!word->second.refused) return add_granted(sums, word->second.granted_mg);
      ++(word->second.retryable ? sums.refused_for_now : sums.refused);
      return;
    }
    const auto behind = chain->second.whole.lower_bound(asked.seq);
    if (behind != chain->second.whole.begin() && std::prev(behind)->second >= asked.seq) {
      return add_granted(sums, asked.credited_mg);
    }
  }
  ++sums.unanswered;
}

void ReceiptBook::refuse(Reason reason, std::string detail, std::uint64_t offset) {
  refused_.push_back({reason, "in the receipts: " + std::move(detail), std::nullopt, std::nullopt, std::nullopt, offset});
}

}  // namespace greentill::cli
