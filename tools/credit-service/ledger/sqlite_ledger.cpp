// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "tools/credit-service/ledger/audit.hpp"
#include "tools/credit-service/ledger/booking.hpp"
#include "tools/credit-service/ledger/chains.hpp"
#include "tools/credit-service/ledger/ledger.hpp"
#include "tools/credit-service/ledger/not_taken.hpp"
#include "tools/credit-service/ledger/pending.hpp"
#include "tools/credit-service/ledger/schema.hpp"

namespace greentill::credit {
namespace {

// A receipt also names what other batches of the chain were refused lately: theirs may be lost with the worker that made it, and
// the next one, with a higher head, is all that the device waits for. Longer than a device goes on waiting for a batch.
constexpr std::int64_t kNamedAgainSeconds = 600;
constexpr std::uint64_t kFirstEpoch = 1;

// How far an act may end after the service's time. Clocks differ; but each day to come would be another limit of an account.
constexpr std::int64_t kAheadSeconds = 86'400;

bool is_ahead(const claim::Claim& claim, std::int64_t now) {
  const auto* reduction = std::get_if<claim::Reduction>(&claim.entry);
  return reduction != nullptr && reduction->end > now && reduction->end - now > kAheadSeconds;
}

// How many claims a receipt names: what a device has in flight, 8 batches of 256, or what 64 KiB hold where seqs are long.
std::size_t most_named(const Head& head) { return head.seq >> 32 == 0 ? 2'048 : 1'920; }

// Whether a claim is decided anew when it comes again. Also where the reason may have been that copy's signature or header alone,
// which are no part of the payload: what was altered on the way must not settle the original for good.
bool is_open(Reason reason) { return is_retryable(reason) || reason == Reason::bad_signature || reason == Reason::malformed; }

class SqliteLedger : public Ledger {
 public:
  SqliteLedger(std::unique_ptr<Database> database, const claim::Hasher& hasher, Clock& clock, Log& log)
      : database_(std::move(database)), hasher_(hasher), clock_(clock), log_(log), not_taken_(clock, log) {}

  Status prepare(const Programme& programme, const measure::Library& library);
  Status choose(const Batch& batch, std::vector<std::size_t>& to_examine) override;
  Result<Answer> apply(const Batch& batch) override;
  Result<Batch> next_pending(const std::string& device, const claim::ChainId& chain) override;
  Result<Report> report() override { return make_report(*database_); }
  Result<std::vector<std::string>> check() override { return check_books(*database_, booking_->programmes()); }
  Status begin_epoch() override;

 private:
  Status process(const Batch& batch, Head& head);
  Status revisit(const Batch& batch, const BatchClaim& claim, const Head& head);
  Result<bool> add_chain(const Batch& batch, Head& head);
  Status take_next(const Batch& batch, const BatchClaim& claim, Head& head);
  Result<Reason> decide(const Batch& batch, const BatchClaim& claim);
  Status quarantine(const Batch& batch, std::uint64_t seq);
  Result<Head> spoken_of(const Batch& batch, const Head& head, std::uint64_t epoch, Refusals& refused);
  Result<Answer> answer(const Batch& batch, const Head& head);

  std::unique_ptr<Database> database_;
  const claim::Hasher& hasher_;
  Clock& clock_;
  Log& log_;
  NotTaken not_taken_;
  // After the database, whose statements they hold.
  std::unique_ptr<Chains> chains_;
  std::unique_ptr<Pending> pending_;
  std::unique_ptr<Booking> booking_;
  std::unique_ptr<Statement> find_epoch_;
};

Status SqliteLedger::prepare(const Programme& programme, const measure::Library& library) {
  if (Status migrated = migrate(*database_); !migrated) return migrated;
  auto chains = Chains::open(*database_);
  if (!chains) return Failure{chains.error()};
  chains_ = std::move(*chains);
  auto pending = Pending::open(*database_, hasher_, log_);
  if (!pending) return Failure{pending.error()};
  pending_ = std::move(*pending);
  auto booking = Booking::open(*database_, programme, library, hasher_);
  if (!booking) return Failure{booking.error()};
  booking_ = std::move(*booking);
  return database_->prepare({{&find_epoch_, "SELECT epoch FROM meta"}});
}

Status SqliteLedger::choose(const Batch& batch, std::vector<std::size_t>& to_examine) {
  const Reading reading(*database_);
  const auto head = chains_->find(batch.device, batch.chain);
  if (!head) return Failure{head.error()};
  for (std::size_t i = 0; i < batch.claims.size(); ++i) {
    const BatchClaim& claim = batch.claims[i];
    if (claim.link.seq <= head->seq) {
      const auto stored = booking_->load(head->claim_row(claim.link.seq));
      if (!stored) return Failure{stored.error()};
      const bool same = *stored && hasher_.sha256({(*stored)->payload}) == claim.payload_hash;
      if (same && !is_open((*stored)->reason)) continue;
    }
    to_examine.push_back(i);
  }
  return Done{};
}

Result<Answer> SqliteLedger::apply(const Batch& batch) {
  booking_->forget();
  Transaction transaction(*database_);
  if (Status begun = transaction.begin(); !begun) return Failure{begun.error()};
  auto head = chains_->find(batch.device, batch.chain);
  if (!head) return Failure{head.error()};
  if (Status processed = process(batch, *head); !processed) return Failure{processed.error()};
  if (batch.pending) {
    if (Status dropped = pending_->drop(*batch.pending); !dropped) return Failure{dropped.error()};
  }
  auto made = answer(batch, *head);
  if (!made) return made;
  if (Status committed = transaction.commit(); !committed) return Failure{committed.error()};
  return made;
}

Status SqliteLedger::process(const Batch& batch, Head& head) {
  const std::uint64_t before = head.seq;
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq <= head.seq) {
      if (Status revisited = revisit(batch, claim, head); !revisited) return revisited;
      continue;
    }
    if (claim.link.seq > head.seq + 1) {
      if (Status kept = pending_->keep(batch); !kept) return kept;
      break;
    }
    if (claim.link.prev != head.hash && claim.authentic) {
      // It continues another past than the one stored: the device was cloned or set back.
      if (Status held = quarantine(batch, claim.link.seq); !held) return held;
      break;
    }
    if (claim.link.prev != head.hash || !claim.attested) {
      not_taken_.tell(batch.device, claim);
      break;
    }
    if (head.row == 0) {
      const auto added = add_chain(batch, head);
      if (!added) return Failure{added.error()};
      if (!*added) break;
    }
    if (Status taken = take_next(batch, claim, head); !taken) return taken;
  }
  return head.seq == before ? Status(Done{}) : chains_->move(head);
}

Status SqliteLedger::revisit(const Batch& batch, const BatchClaim& claim, const Head& head) {
  const std::int64_t row = head.claim_row(claim.link.seq);
  const auto stored = booking_->load(row);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return fail(ErrorCode::corrupt, "ledger: claim " + std::to_string(claim.link.seq) + " below the head is missing");
  if (hasher_.sha256({(*stored)->payload}) != claim.payload_hash) {
    return claim.authentic ? quarantine(batch, claim.link.seq) : Status(Done{});
  }
  if (!is_open((*stored)->reason) || !claim.authentic) return Done{};
  const auto reason = decide(batch, claim);
  if (!reason) return Failure{reason.error()};
  return booking_->book(claim, row, *reason, clock_.unix_seconds(), true);
}

Status SqliteLedger::take_next(const Batch& batch, const BatchClaim& claim, Head& head) {
  const auto reason = decide(batch, claim);
  if (!reason) return Failure{reason.error()};
  const Status booked = booking_->book(claim, head.claim_row(claim.link.seq), *reason, clock_.unix_seconds(), false);
  if (!booked) return booked;
  head.seq = claim.link.seq;
  head.hash = claim.payload_hash;
  return Done{};
}

Result<bool> SqliteLedger::add_chain(const Batch& batch, Head& head) {
  auto added = chains_->add(batch.device, batch.chain, head);
  if (added && !*added) {
    log_.write(LogLevel::warning, "ledger",
               batch.device + " has as many chains as a device may; " + to_hex(batch.chain) + " is not booked");
  }
  return added;
}

Result<Reason> SqliteLedger::decide(const Batch& batch, const BatchClaim& claim) {
  const auto held = chains_->is_quarantined(batch.device);
  if (!held) return Failure{held.error()};
  if (*held) return Reason::quarantined;
  if (claim.reason != Reason::none || !claim.claim) return claim.reason == Reason::none ? Reason::malformed : claim.reason;
  const bool start = std::holds_alternative<claim::Start>(claim.claim->entry);
  if (start != (claim.link.seq == 1)) return Reason::malformed;
  return is_ahead(*claim.claim, clock_.unix_seconds()) ? Reason::in_the_future : Reason::none;
}

Status SqliteLedger::quarantine(const Batch& batch, std::uint64_t seq) {
  const std::string cause =
      "two claims of chain " + to_hex(batch.chain) + " at seq " + std::to_string(seq) + ": cloned, or set back";
  const auto added = chains_->quarantine(batch.device, clock_.unix_seconds(), cause);
  if (!added) return Failure{added.error()};
  if (*added) log_.write(LogLevel::error, "ledger", batch.device + " is quarantined: " + cause);
  return Done{};
}

Status SqliteLedger::begin_epoch() {
  Transaction transaction(*database_);
  if (Status begun = transaction.begin(); !begun) return begun;
  if (Status raised = database_->run("UPDATE meta SET epoch = epoch + 1"); !raised) return raised;
  if (Status named = booking_->name_refused_until_tried(); !named) return named;
  return transaction.commit();
}

Result<Batch> SqliteLedger::next_pending(const std::string& device, const claim::ChainId& chain) {
  const Reading reading(*database_);
  const auto head = chains_->find(device, chain);
  if (!head) return Failure{head.error()};
  return pending_->next(device, chain, *head);
}

// How far the receipt speaks. Not beyond a batch that ends below the head: its device sends it again, so that it knows no answer
// to the batches behind it, and would take what was refused there as accepted where its head was moved past it. But in a later
// epoch a lower head sends a device back, also one that only tries a refused claim again: then all that was refused behind is
// named.
Result<Head> SqliteLedger::spoken_of(const Batch& batch, const Head& head, std::uint64_t epoch, Refusals& refused) {
  std::uint64_t last = 0;
  for (const BatchClaim& claim : batch.claims) last = std::max(last, claim.link.seq);
  if (last >= head.seq) return head;
  if (epoch != kFirstEpoch) {
    const std::size_t room = most_named(head) - kMaxBatchClaims;
    auto behind = booking_->refused_behind(head, last, room + 1);
    if (!behind) return Failure{behind.error()};
    if (behind->size() <= room) {
      refused = std::move(*behind);
      return head;
    }
  }
  const auto stored = booking_->load(head.claim_row(last));
  if (!stored) return Failure{stored.error()};
  if (!*stored) return fail(ErrorCode::corrupt, "ledger: claim " + std::to_string(last) + " below the head is missing");
  return Head{head.row, last, hasher_.sha256({(*stored)->payload})};
}

Result<Answer> SqliteLedger::answer(const Batch& batch, const Head& whole) {
  if (!find_epoch_->with().row()) return fail(ErrorCode::corrupt, "ledger: it has no epoch");
  const auto epoch = static_cast<std::uint64_t>(find_epoch_->integer(0));
  Refusals refused;
  const auto spoken = spoken_of(batch, whole, epoch, refused);
  if (!spoken) return Failure{spoken.error()};
  const Head& head = *spoken;
  Answer out;
  out.fields = {batch.device, batch.chain, head.seq, head.hash, clock_.unix_seconds(), epoch};
  std::uint64_t last = 0;
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq > head.seq || claim.link.seq <= last) continue;
    last = claim.link.seq;
    const auto stored = booking_->load(head.claim_row(last));
    if (!stored) return Failure{stored.error()};
    if (!*stored) continue;
    if ((*stored)->reason != Reason::none) {
      refused.insert_or_assign(last, (*stored)->reason);
    } else {
      out.granted.push_back({last, (*stored)->granted.value_or(0)});
    }
  }
  const auto lately = booking_->refused_since(head, out.fields.service_time - kNamedAgainSeconds, most_named(head));
  if (!lately) return Failure{lately.error()};
  for (const auto& [seq, reason] : *lately) {
    if (refused.size() + out.granted.size() < most_named(head)) refused.emplace(seq, reason);
  }
  for (const auto& [seq, reason] : refused) out.refused.push_back({seq, to_string(reason), is_retryable(reason)});
  return out;
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& path, const Programme& programme,
                                             const measure::Library& library, const claim::Hasher& hasher, Clock& clock,
                                             Log& log) {
  auto database = Database::open(path);
  if (!database) return Failure{database.error()};
  auto ledger = std::make_unique<SqliteLedger>(std::move(*database), hasher, clock, log);
  if (Status prepared = ledger->prepare(programme, library); !prepared) return Failure{prepared.error()};
  return std::unique_ptr<Ledger>(std::move(ledger));
}

}  // namespace greentill::credit
