// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/ledger.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"

namespace greentill::credit {
namespace {

// For how long a receipt also names claims of the chain's other batches that were refused. Their own receipt may be lost with the
// worker that made it, and then the device waits only for the next one, which has a higher head. It is longer than a device waits
// for a batch's receipt.
constexpr std::int64_t kNamedAgainSeconds = 600;
constexpr std::uint64_t kFirstEpoch = 1;
// A device begins a chain with a new key or a new store. Chain rows are never freed, so no device may use up the others'.
constexpr std::size_t kMostChainsOfADevice = 1'024;

// How far an act may end after the service's own time. Clocks differ; but each further day would be a further daily limit of an
// account.
constexpr std::int64_t kAheadSeconds = kSecondsADay;

bool is_ahead(const claim::Claim& claim, std::int64_t now) {
  const auto* reduction = std::get_if<claim::Reduction>(&claim.entry);
  return reduction != nullptr && reduction->end > now && reduction->end - now > kAheadSeconds;
}

// How many claims a receipt names: as many as a device has in flight, 8 batches of 256; fewer where seqs are long, so that it
// fits 64 KiB.
std::size_t most_named(const Head& head) { return head.seq >> 32 == 0 ? 2'048 : 1'920; }

// A device sends the same claim again and again, and each would be a line in the log.
constexpr std::chrono::minutes kLeastBetweenComplaints{10};

std::string why_not_taken(const BatchClaim& claim) {
  const std::string certificate = "the certificate with the SHA-256 " + to_hex(claim.message.thumbprint);
  switch (claim.reason) {
    case Reason::unknown_certificate: return certificate + " is not in the registry: greentill-credit key add registers it";
    case Reason::certificate_not_valid: return certificate + ' ' + claim.detail;
    case Reason::bad_signature: return "it was not signed with the key of " + certificate;
    default: return "nobody vouches for what stands there";
  }
}

// Whether a claim is decided anew when it comes again. It is where the refusal may be due to that copy's signature or header
// alone, which are not part of the payload: a copy that was altered on its way must not decide for the original.
bool is_open(Reason reason) {
  return verify::is_retryable(reason) || reason == Reason::bad_signature || reason == Reason::malformed;
}

}  // namespace

Ledger::Ledger(std::unique_ptr<Store> store, Programmes programmes, const measure::Library& library, const claim::Hasher& hasher,
               Clock& clock, Log& log)
    : store_(std::move(store)),
      hasher_(hasher),
      clock_(clock),
      log_(log),
      pending_(*store_, hasher, log),
      booking_(*store_, std::move(programmes), library) {}

Status Ledger::choose(const Batch& batch, std::vector<std::size_t>& to_examine) {
  const auto head = store_->head(batch.device, batch.chain);
  if (!head) return Failure{head.error()};
  for (std::size_t i = 0; i < batch.claims.size(); ++i) {
    const BatchClaim& claim = batch.claims[i];
    if (claim.link.seq <= head->seq) {
      const auto stored = store_->claim(head->claim_id(claim.link.seq));
      if (!stored) return Failure{stored.error()};
      const bool same = *stored && hasher_.sha256({(*stored)->payload}) == claim.payload_hash;
      if (same && !is_open((*stored)->decision.reason)) continue;
    }
    to_examine.push_back(i);
  }
  return Done{};
}

Result<Answer> Ledger::apply(const Batch& batch) {
  Result<Answer> made = Answer{};
  const Status applied = store_->transact([&]() -> Status {
    if (Status heard = store_->heard(batch.device, clock_.unix_seconds()); !heard) return heard;
    auto head = store_->head(batch.device, batch.chain);
    if (!head) return Failure{head.error()};
    if (Status processed = process(batch, *head); !processed) return processed;
    if (batch.pending) {
      if (Status dropped = store_->drop_kept(*batch.pending); !dropped) return dropped;
    }
    made = answer(batch, *head);
    return made ? Status(Done{}) : Status(Failure{made.error()});
  });
  if (!applied) return Failure{applied.error()};
  return made;
}

Status Ledger::process(const Batch& batch, Head& head) {
  const std::uint64_t before = head.seq;
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq <= head.seq) {
      if (Status revisited = revisit(batch, claim, head); !revisited) return revisited;
      continue;
    }
    if (claim.link.seq > head.seq + 1) {
      tell_gap(batch, claim, head);
      if (Status kept = pending_.keep(batch, clock_.unix_seconds()); !kept) return kept;
      break;
    }
    if (claim.link.prev != head.hash && claim.authentic) {
      // The claim goes on from another claim than the stored one: the device was cloned, or its disk was set back.
      if (Status held = quarantine(batch, claim.link.seq); !held) return held;
      break;
    }
    if (claim.link.prev != head.hash || !claim.attested) {
      if (Status told = stand_still(batch, claim); !told) return told;
      break;
    }
    if (head.row == 0) {
      const auto added = add_chain(batch, head);
      if (!added) return Failure{added.error()};
      if (!*added) break;
    }
    if (Status taken = take_next(batch, claim, head); !taken) return taken;
  }
  if (head.seq == before) return Done{};
  if (Status gone_on = store_->go_on(batch.device, batch.chain, head.seq); !gone_on) return gone_on;
  return store_->move_head(head);
}

Status Ledger::revisit(const Batch& batch, const BatchClaim& claim, const Head& head) {
  const auto stored = load(head, claim.link.seq);
  if (!stored) return Failure{stored.error()};
  if (hasher_.sha256({stored->payload}) != claim.payload_hash) {
    return claim.authentic ? quarantine(batch, claim.link.seq) : Status(Done{});
  }
  if (!is_open(stored->decision.reason) || !claim.authentic) return Done{};
  const auto reason = decide(batch, claim);
  if (!reason) return Failure{reason.error()};
  tell_refused(batch.device, claim, *reason);
  return booking_.book(claim, head.claim_id(claim.link.seq), *reason, clock_.unix_seconds());
}

/// Loads a claim at or below the head.
Result<StoredClaim> Ledger::load(const Head& head, std::uint64_t seq) {
  auto stored = store_->claim(head.claim_id(seq));
  if (!stored) return Failure{stored.error()};
  if (!*stored) return fail(ErrorCode::corrupt, "ledger: claim " + std::to_string(seq) + " below the head is missing");
  return std::move(**stored);
}

Status Ledger::take_next(const Batch& batch, const BatchClaim& claim, Head& head) {
  const auto reason = decide(batch, claim);
  if (!reason) return Failure{reason.error()};
  tell_refused(batch.device, claim, *reason);
  Status booked = booking_.book(claim, head.claim_id(claim.link.seq), *reason, clock_.unix_seconds());
  if (!booked) return booked;
  head.seq = claim.link.seq;
  head.hash = claim.payload_hash;
  return Done{};
}

Result<bool> Ledger::add_chain(const Batch& batch, Head& head) {
  const auto count = store_->count_chains(batch.device);
  if (!count) return Failure{count.error()};
  if (*count >= kMostChainsOfADevice) {
    log_.write(LogLevel::warning, "ledger",
               batch.device + " has as many chains as a device may; " + to_hex(batch.chain) + " is not booked");
    return false;
  }
  const auto row = store_->add_chain(batch.device, batch.chain);
  if (!row) return Failure{row.error()};
  head.row = *row;
  auto device = store_->registry().device(batch.device);
  if (!device) return Failure{device.error()};
  if (*device && (*device)->state == Device::State::expected) {
    (*device)->state = Device::State::active;
    if (Status put = store_->registry().put(**device); !put) return Failure{put.error()};
  }
  return true;
}

Result<Reason> Ledger::decide(const Batch& batch, const BatchClaim& claim) {
  const auto held = store_->is_quarantined(batch.device);
  if (!held) return Failure{held.error()};
  if (*held) return Reason::quarantined;
  if (claim.reason != Reason::none || !claim.claim) return claim.reason == Reason::none ? Reason::malformed : claim.reason;
  const bool start = std::holds_alternative<claim::Start>(claim.claim->entry);
  if (start != (claim.link.seq == 1)) return Reason::malformed;
  return is_ahead(*claim.claim, clock_.unix_seconds()) ? Reason::in_the_future : Reason::none;
}

Status Ledger::stand_still(const Batch& batch, const BatchClaim& claim) {
  if (claim.reason == Reason::none) return Done{};
  tell_not_taken(batch.device, claim);
  return store_->stand_still(batch.device,
                             {batch.chain, claim.link.seq, claim.reason, claim.message.thumbprint, clock_.unix_seconds()});
}

void Ledger::tell_not_taken(const std::string& device, const BatchClaim& claim) {
  tell(device, claim, claim.reason, "is not taken, nor what comes after it", why_not_taken(claim));
}

void Ledger::tell_refused(const std::string& device, const BatchClaim& claim, Reason reason) {
  if (reason == Reason::certificate_not_valid) tell(device, claim, reason, "is refused for now", why_not_taken(claim));
  if (reason != Reason::in_the_future) return;
  const auto& act = std::get<claim::Reduction>(claim.claim->entry);
  tell(device, claim, reason, "is refused for now",
       "its act ends on " + utc_text(act.end) + ", and our clock shows " + shown_by(clock_) + ": one of the two clocks is wrong");
}

void Ledger::tell(const std::string& device, const BatchClaim& claim, Reason reason, const std::string& fate,
                  const std::string& why) {
  const auto told = not_taken_.try_emplace({device, reason}, 1, kLeastBetweenComplaints).first;
  if (!told->second.take(clock_.monotonic())) return;
  log_.write(
      LogLevel::warning, "ledger",
      device + ": claim " + std::to_string(claim.link.seq) + ' ' + fate + " (" + std::string(to_string(reason)) + "): " + why);
}

void Ledger::tell_gap(const Batch& batch, const BatchClaim& claim, const Head& head) {
  if (!claim.attested || batch.pending) return;
  Gap& gap = gaps_.try_emplace(batch.device, Gap{0, 0, LineAllowance(1, kLeastBetweenComplaints)}).first->second;
  const bool again = gap.from == head.seq && gap.to == claim.link.seq;
  gap.from = head.seq;
  gap.to = claim.link.seq;
  if (!again || !gap.lines.take(clock_.monotonic())) return;
  log_.write(LogLevel::warning, "ledger",
             batch.device + ": continues at " + std::to_string(claim.link.seq) + ", and this ledger ends at " +
                 std::to_string(head.seq) + " of its chain " + to_hex(batch.chain) +
                 ": what lies between does not come. Did the ledger go back? Then start one worker with --new-epoch");
}

Status Ledger::quarantine(const Batch& batch, std::uint64_t seq) {
  const std::string cause =
      "two claims of chain " + to_hex(batch.chain) + " at seq " + std::to_string(seq) + ": cloned, or set back";
  const auto added = store_->quarantine(batch.device, clock_.unix_seconds(), cause);
  if (!added) return Failure{added.error()};
  if (*added) log_.write(LogLevel::error, "ledger", batch.device + " is quarantined: " + cause);
  return Done{};
}

Status Ledger::begin_epoch() {
  return store_->transact([&]() -> Status {
    if (Status raised = store_->raise_epoch(); !raised) return raised;
    // A device that knows a later epoch than the backup's may take these claims for granted: so they are named again as refused.
    for (std::size_t code = 0; code < verify::kReasonNames.size(); ++code) {
      const auto reason = static_cast<Reason>(code);
      if (!verify::is_retryable(reason)) continue;
      if (Status named = store_->refuse_without_end(reason); !named) return named;
    }
    return Done{};
  });
}

// The head that the receipt states. It is not beyond a batch that ends below the chain's head: a device that sends such a batch
// does not know the answers to later batches, and where its head moved past them it would take what was refused there for
// accepted. But in a later epoch a lower head makes a device send again, even one that only retries a refused claim. Then the
// whole head is stated, and everything that was refused behind the batch is named.
Result<Head> Ledger::spoken_of(const Batch& batch, const Head& head, std::uint64_t epoch, Refusals& refused) {
  std::uint64_t last = 0;
  for (const BatchClaim& claim : batch.claims) last = std::max(last, claim.link.seq);
  if (last >= head.seq) return head;
  if (epoch != kFirstEpoch) {
    const std::size_t room = most_named(head) - kMaxBatchClaims;
    auto behind = store_->refused_behind(head, last, room + 1);
    if (!behind) return Failure{behind.error()};
    if (behind->size() <= room) {
      refused = std::move(*behind);
      return head;
    }
  }
  const auto stored = load(head, last);
  if (!stored) return Failure{stored.error()};
  return Head{head.row, last, hasher_.sha256({stored->payload})};
}

Result<Answer> Ledger::answer(const Batch& batch, const Head& whole) {
  const auto epoch = store_->epoch();
  if (!epoch) return Failure{epoch.error()};
  Refusals refused;
  const auto spoken = spoken_of(batch, whole, *epoch, refused);
  if (!spoken) return Failure{spoken.error()};
  const Head& head = *spoken;
  Answer out;
  out.fields = {batch.device, batch.chain, head.seq, head.hash, clock_.unix_seconds(), *epoch};
  std::uint64_t last = 0;
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq > head.seq || claim.link.seq <= last) continue;
    last = claim.link.seq;
    const auto stored = load(head, last);
    if (!stored) return Failure{stored.error()};
    if (stored->decision.reason != Reason::none) {
      refused.insert_or_assign(last, stored->decision.reason);
    } else {
      out.granted.push_back({last, stored->decision.granted.value_or(0)});
    }
  }
  const auto lately = store_->refused_since(head, out.fields.service_time - kNamedAgainSeconds, most_named(head));
  if (!lately) return Failure{lately.error()};
  for (const auto& [seq, reason] : *lately) {
    if (refused.size() + out.granted.size() < most_named(head)) refused.emplace(seq, reason);
  }
  for (const auto& [seq, reason] : refused) out.refused.push_back({seq, to_string(reason), verify::is_retryable(reason)});
  return out;
}

Result<std::unique_ptr<Ledger>> Ledger::open(std::unique_ptr<Store> store, const Programme& programme,
                                             const measure::Library& library, const claim::Hasher& hasher, Clock& clock,
                                             Log& log) {
  auto programmes = Programmes::open(*store, programme, hasher);
  if (!programmes) return Failure{programmes.error()};
  return std::unique_ptr<Ledger>(new Ledger(std::move(store), std::move(*programmes), library, hasher, clock, log));
}

}  // namespace greentill::credit
