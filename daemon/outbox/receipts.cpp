// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/outbox/sqlite_outbox.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::outbox {
namespace {

/// What a reduction asks for; other entries ask for nothing.
std::int64_t asked_mg(const claim::Claim& claim) {
  const auto* reduction = std::get_if<claim::Reduction>(&claim.entry);
  return reduction != nullptr ? reduction->credited_mg : 0;
}

Failure<Error> at_odds(const std::string& what) {
  return fail(ErrorCode::conflict, "receipt: " + what + "; nothing of it was taken, tell the operator");
}

}  // namespace

Result<AppliedReceipt> SqliteWriter::apply(const claim::Receipt& receipt, const Reception& reception) {
  AppliedReceipt applied;
  applied.delivered_seq = chain_.delivered_seq;
  applied.head = receipt.processed_up_to;
  applied.epoch = receipt.epoch;
  if (chain_.no == 0 || receipt.chain != chain_.head.chain || receipt.epoch < chain_.epoch) {
    applied.ignored = true;
    return applied;
  }
  ChainRow row = chain_;
  if (Status sound = check_receipt(receipt, row); !sound) return Failure{sound.error()};

  auto transaction = sqlite::Transaction::begin(database_);
  if (!transaction) return Failure{transaction.error()};
  if (Status moved = move_head(row, receipt, applied); !moved) return Failure{moved.error()};
  Status taken = Done{};
  receipt.for_each_refused([&](const claim::Refusal& refusal) {
    if (taken) taken = refuse(row, refusal, reception, applied);
  });
  receipt.for_each_granted([&](const claim::Grant& granted) {
    if (taken) taken = grant(row, granted);
  });
  if (!taken) return Failure{taken.error()};
  if (Status saved = save_chain(row); !saved) return Failure{saved.error()};
  if (Status finished = finish(*transaction, row); !finished) return Failure{finished.error()};
  applied.delivered_seq = row.delivered_seq;
  return applied;
}

Status SqliteWriter::check_receipt(const claim::Receipt& receipt, const ChainRow& row) {
  if (receipt.processed_up_to > row.head.seq) {
    return at_odds("the service has processed up to " + std::to_string(receipt.processed_up_to) + ", this chain ends at " +
                   std::to_string(row.head.seq) + ": this store is an old copy, or the device has a twin");
  }
  bool within = true;
  const auto check_seq = [&](std::uint64_t seq) { within = within && seq >= 1 && seq <= receipt.processed_up_to; };
  receipt.for_each_refused([&](const claim::Refusal& refusal) { check_seq(refusal.seq); });
  receipt.for_each_granted([&](const claim::Grant& granted) { check_seq(granted.seq); });
  if (!within) return fail(ErrorCode::invalid, "receipt: it speaks of a claim that it does not call processed");

  const auto hash = payload_hash(row, receipt.processed_up_to);
  if (!hash) return Failure{hash.error()};
  if (*hash && **hash != receipt.payload_hash) {
    return at_odds("the service holds another claim " + std::to_string(receipt.processed_up_to) +
                   " of this chain: this store is an old copy, or the device has a twin");
  }
  return check_epoch(receipt, row);
}

// A refused claim is never pruned, so finding the next claim does not show that all are there: all claims that would be sent
// again are counted. That reads them, as sending them again will.
Status SqliteWriter::check_epoch(const claim::Receipt& receipt, const ChainRow& row) {
  if (receipt.epoch == row.epoch || receipt.processed_up_to >= row.delivered_seq) return Done{};
  Query query(count_claims_, position_of(row.no, receipt.processed_up_to), position_of(row.no, row.delivered_seq));
  if (!query.next()) return query.status();
  if (query.count(0) == row.delivered_seq - receipt.processed_up_to) return Done{};
  return at_odds("the service wants claims again from " + std::to_string(receipt.processed_up_to + 1) +
                 " on, and some of them were pruned");
}

// The hash of a claim's payload: the next claim holds it as prev, and the head's is known. Nothing where the next claim is gone.
Result<std::optional<Digest>> SqliteWriter::payload_hash(const ChainRow& row, std::uint64_t seq) {
  if (seq == row.head.seq) return std::optional(row.head.payload_hash);
  Query query(message_at_, position_of(row.no, seq + 1));
  if (!query.next()) return query.result(std::optional<Digest>());
  const auto next = open_claim(seq + 1, query.bytes(0));
  if (!next) return Failure{next.error()};
  return std::optional(next->claim.prev);
}

Status SqliteWriter::move_head(ChainRow& row, const claim::Receipt& receipt, AppliedReceipt& applied) {
  const bool lower = receipt.processed_up_to < row.delivered_seq;
  if (lower && receipt.epoch == row.epoch) {
    applied.ignored = true;
    return Done{};
  }
  row.epoch = receipt.epoch;
  row.delivered_seq = receipt.processed_up_to;
  applied.rewound = lower;
  return lower ? rewind(row, receipt.processed_up_to) : Status(Done{});
}

// Removes what an earlier epoch said of the claims that the service no longer knows.
Status SqliteWriter::rewind(const ChainRow& row, std::uint64_t above) {
  const std::int64_t from = position_of(row.no, above);
  const std::int64_t to = position_of(row.no, kMaxSeq);
  for (Statement* statement : {&remove_refusals_, &remove_grants_}) {
    if (Status removed = statement->run(from, to); !removed) return removed;
  }
  return Done{};
}

Result<SqliteWriter::Outcome> SqliteWriter::outcome(std::int64_t position) {
  Query query(outcome_, position);
  if (!query.next()) return query.result(Outcome::gone);
  if (query.is_null(0)) return Outcome::accepted;
  return query.integer(0) != 0 ? Outcome::refused_final : Outcome::refused_retry;
}

Status SqliteWriter::refuse(const ChainRow& row, const claim::Refusal& refusal, const Reception& reception,
                            AppliedReceipt& applied) {
  const std::int64_t position = position_of(row.no, refusal.seq);
  const auto before = outcome(position);
  if (!before) return Failure{before.error()};
  if (*before == Outcome::gone) return Done{};
  if (*before == Outcome::refused_retry && refusal.retryable && !reception.answers.contains(refusal.seq)) return Done{};
  if (*before == Outcome::accepted) ++applied.newly_refused;
  if (Status removed = remove_grant_.run(position); !removed) return removed;
  return set_refusal_.run(position, !refusal.retryable, refusal.reason, reception.now);
}

Status SqliteWriter::grant(const ChainRow& row, const claim::Grant& granted) {
  const std::int64_t position = position_of(row.no, granted.seq);
  const auto before = outcome(position);
  if (!before) return Failure{before.error()};
  if (*before == Outcome::gone) return Done{};
  if (*before != Outcome::accepted) {
    if (Status removed = remove_refusal_.run(position); !removed) return removed;
  }
  std::int64_t asked = 0;
  {
    Query query(message_at_, position);
    if (!query.next()) return query.status();
    const auto opened = open_claim(granted.seq, query.bytes(0));
    if (!opened) return Failure{opened.error()};
    asked = asked_mg(opened->claim);
  }
  return granted.granted_mg != asked ? set_grant_.run(position, granted.granted_mg) : remove_grant_.run(position);
}

}  // namespace greentill::outbox
