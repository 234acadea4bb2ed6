// SPDX-License-Identifier: Apache-2.0
// What a device does with receipts.
#include "tools/fleet-sim/device.hpp"

namespace greentill::fleet_sim {

void Device::on_message(std::string_view topic, ByteView payload, std::string_view correlation) {
  if (topic != topics_.receipts) return;  // the programme's methodologies
  ++world_.figures.receipts;
  world_.figures.receipt_bytes += payload.size();
  const auto receipt = uplink::check_receipt(payload, world_.trust, maker_.device);
  if (!receipt) {
    ++world_.figures.receipts_refused;
    return;
  }
  apply(*receipt, correlation);
}

void Device::apply(const claim::Receipt& receipt, std::string_view correlation) {
  const bool ours = receipt.chain == head_.chain;
  const bool nothing = receipt.chain == claim::ChainId{};
  const std::uint64_t there = receipt.head ? receipt.head->seq : receipt.processed_up_to;
  if ((!ours && !nothing) || (ours && there > head_.seq) || receipt.state != claim::ChainStanding::open) {
    ++world_.figures.at_odds;
    return;
  }
  if (ours) {
    count(receipt);
    deliver(receipt);
  }
  stored_.epoch = receipt.epoch;
  if (!question_.empty() && correlation == question_) {
    question_.clear();
    asked_ = 0;
    if (!answered_) {
      answered_ = true;
      world_.figures.answer.add(since(dialled_));
      connecting_ = line_->traffic();
      window_.restart(head_.chain, stored_.head.seq);
    }
  } else if (ours && window_.processed(stored_.head.seq, world_.clock.monotonic())) {
    backoff_.reset();
  }
  if (receipt.says_more_waits() && question_.empty()) ask();
  pump();
  world_.moved();
}

// Above what the device had stored a receipt leaves nothing out: what it does not name was granted as it asked for.
void Device::count(const claim::Receipt& receipt) {
  const std::uint64_t heard = stored_.head.seq;
  receipt.for_each_refused([&](const claim::Refusal& one) {
    if (one.seq <= heard) return;
    ++world_.figures.refused[std::string(one.reason)];
    grant(one.seq, 0);
  });
  receipt.for_each_granted([&](const claim::Grant& one) {
    if (one.seq > heard) grant(one.seq, one.granted_mg);
  });
  const std::uint64_t last_change = stored_.change;
  receipt.for_each_change([&](const claim::Change& change) {
    if (change.number <= last_change) return;
    stored_.change = change.number;
    if (change.standing == claim::Stands::held) ++world_.figures.held[std::string(change.reason)];
    if (change.standing == claim::Stands::refused) ++world_.figures.refused[std::string(change.reason)];
    if (change.chain != head_.chain || change.seq <= begun_at_ || change.seq > head_.seq) return;
    if (change.seq <= heard) world_.figures.granted_mg += change.granted_mg - granted_[change.seq - begun_at_ - 1];
    grant(change.seq, change.granted_mg);
  });
}

void Device::grant(std::uint64_t seq, std::int64_t mg) {
  if (seq > begun_at_ && seq <= head_.seq) granted_[seq - begun_at_ - 1] = mg;
}

void Device::deliver(const claim::Receipt& receipt) {
  if (receipt.processed_up_to <= stored_.head.seq) return;
  for (std::uint64_t seq = stored_.head.seq; seq < receipt.processed_up_to; ++seq) {
    world_.figures.receipt.add(since(waiting_.front().sent));
    world_.figures.receipt_since_made.add(since(waiting_.front().made));
    ++world_.figures.receipted;
    world_.figures.granted_mg += granted_[seq - begun_at_];
    waiting_.pop_front();
  }
  stored_.head = {head_.chain, receipt.processed_up_to, receipt.payload_hash};
}

}  // namespace greentill::fleet_sim
