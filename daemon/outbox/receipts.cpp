// SPDX-License-Identifier: Apache-2.0
// What a receipt says of claims. Its head and its lists are what receipts tell; its changes are kept beside that, and what stands
// follows from both.
#include <algorithm>

#include "daemon/base/backoff.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::outbox {
namespace {

/// How long a claim rests that was tried again so often.
std::int64_t rest(std::int64_t first, std::int64_t tries) {
  using std::chrono::seconds;
  const auto times = static_cast<unsigned>(std::clamp<std::int64_t>(tries, 0, 63));
  return doubled(seconds(first), times, seconds(std::max(first, kLongestRest))) / seconds(1);
}

}  // namespace

Result<AppliedReceipt> SqliteWriter::apply(const claim::Receipt& receipt, const Reception& reception) {
  const auto row = row_of(receipt.chain);
  if (!row) return Failure{row.error()};
  Taking taking{*row, service_, reception, {}, {}};
  taking.applied.delivered_seq = row->delivered_seq;
  taking.applied.ignored = true;
  if (receipt.epoch < service_.epoch) return taking.applied;
  if (Status ours = check_filled_for(receipt, *row); !ours) return Failure{ours.error()};
  if (row->no != 0 && !row->set_apart) {
    const auto processed = has(*row, receipt.processed_up_to, receipt.payload_hash);
    if (!processed) return Failure{processed.error()};
    const auto head = receipt.head ? has(*row, receipt.head->seq, receipt.head->payload_hash) : processed;
    if (!head) return Failure{head.error()};
    taking.applied.at_odds = !*processed || !*head;
    if (taking.applied.at_odds) return taking.applied;
  }
  auto transaction = sqlite::Transaction::begin(database_);
  if (!transaction) return Failure{transaction.error()};
  if (Status taken = take(receipt, taking); !taken) return Failure{taken.error()};
  if (Status committed = transaction->commit(); !committed) return Failure{committed.error()};
  if (taking.row.no == chain_.no) chain_ = taking.row;
  service_ = taking.service;
  return taking.applied;
}

Result<ChainRow> SqliteWriter::row_of(const claim::ChainId& chain) {
  if (chain_.no != 0 && chain_.head.chain == chain) return chain_;
  return chains_.find(database_, chain);
}

Result<bool> SqliteWriter::has(const ChainRow& row, std::uint64_t seq, const Digest& hash) {
  if (seq > row.head.seq) return false;
  if (seq == 0) return true;
  const auto ours = chains_.payload_hash(row, seq);
  if (!ours) return Failure{ours.error()};
  return !*ours || **ours == hash;
}

// A receipt leaves out what its device has stored. An answer for another chain than was asked about says nothing of its claims,
// from whatever head it goes on.
Status SqliteWriter::check_filled_for(const claim::Receipt& receipt, const ChainRow& row) const {
  const std::uint64_t change = receipt.epoch == service_.epoch ? service_.change : 0;
  const std::uint64_t head = receipt.epoch == row.epoch ? row.delivered_seq : 0;
  if (receipt.from_change <= change && (receipt.from_head <= head || receipt.processed_up_to == 0)) return Done{};
  return fail(ErrorCode::invalid, "receipt: it goes on from claim " + std::to_string(receipt.from_head) + " and change " +
                                      std::to_string(receipt.from_change) + ", and this store has heard only up to claim " +
                                      std::to_string(head) + " and change " + std::to_string(change) +
                                      ": it was made for a twin of this device, or for a store that it had before");
}

Status SqliteWriter::take(const claim::Receipt& receipt, Taking& taking) {
  if (Status begun = begin_epoch(receipt, taking); !begun) return begun;
  if (taking.row.no != 0 && !taking.row.set_apart) {
    const std::uint64_t before = taking.row.delivered_seq;
    if (Status moved = move_head(receipt, taking); !moved) return moved;
    if (Status taken = take_lists(receipt, taking); !taken) return taken;
    if (Status saved = save_chain(taking.row); !saved) return saved;
    taking.applied.delivered_seq = taking.row.delivered_seq;
    taking.applied.came_further = taking.applied.came_further || taking.row.delivered_seq > before;
  }
  if (Status taken = take_changes(receipt, taking); !taken) return taken;
  taking.applied.came_further =
      taking.applied.came_further || taking.service.epoch != service_.epoch || taking.service.change != service_.change;
  if (Status kept = keep_receipt(taking); !kept) return kept;
  if (taking.service.epoch == service_.epoch && taking.service.change == service_.change) return Done{};
  return save_service_.run(taking.service.epoch, taking.service.change);
}

// The ledger tells again every change that it has.
Status SqliteWriter::begin_epoch(const claim::Receipt& receipt, Taking& taking) {
  if (receipt.epoch == taking.service.epoch) return Done{};
  taking.service = {receipt.epoch, 0};
  if (Status forgotten = forget_changes_.run(); !forgotten) return forgotten;
  return undo_changes_.run();
}

Status SqliteWriter::move_head(const claim::Receipt& receipt, Taking& taking) {
  ChainRow& row = taking.row;
  const bool lower = receipt.processed_up_to < row.delivered_seq;
  if (lower && receipt.epoch == row.epoch) return Done{};
  row.epoch = receipt.epoch;
  row.delivered_seq = receipt.processed_up_to;
  taking.applied.ignored = false;
  taking.applied.rewound = lower;
  if (!lower) return Done{};
  // What an earlier epoch told of claims that the service no longer knows, or tells anew.
  const std::int64_t from = position_of(row.no, receipt.processed_up_to);
  const std::int64_t to = position_of(row.no, kMaxSeq);
  if (Status forgotten = forget_told_.run(from, to); !forgotten) return forgotten;
  return undo_told_.run(from, to);
}

Status SqliteWriter::take_lists(const claim::Receipt& receipt, Taking& taking) {
  auto silent = retried(receipt, taking);
  if (!silent) return Failure{silent.error()};
  Status taken = Done{};
  receipt.for_each_refused([&](const claim::Refusal& refusal) {
    silent->erase(refusal.seq);
    if (taken) taken = refuse(taking, refusal);
  });
  receipt.for_each_granted([&](const claim::Grant& granted) {
    silent->erase(granted.seq);
    if (taken) taken = grant(taking, position_of(taking.row.no, granted.seq), granted.granted_mg);
  });
  for (const std::uint64_t seq : *silent) {
    if (taken) taken = grant(taking, position_of(taking.row.no, seq), std::nullopt);
  }
  return taken;
}

// A receipt names the refusals of its batch's own claims, and of those accepted the reductions alone: a reversal that was sent
// again and is not named was accepted. One that says when to come again may have looked at none of them.
Result<std::set<std::uint64_t>> SqliteWriter::retried(const claim::Receipt& receipt, const Taking& taking) {
  const Retried& answers = taking.reception.answers;
  std::set<std::uint64_t> seqs;
  if (answers.last < answers.first || receipt.come_again_s) return seqs;
  Query row(retried_, position_of(taking.row.no, answers.first),
            position_of(taking.row.no, std::min(answers.last, receipt.processed_up_to)));
  while (row.next()) seqs.insert(seq_of(row.integer(0)));
  return row.result(std::move(seqs));
}

Result<SqliteWriter::Outcome> SqliteWriter::outcome(std::int64_t position) {
  Query query(outcome_, position);
  Outcome outcome;
  if (!query.next()) {
    outcome.gone = true;
    return query.result(outcome);
  }
  if (query.is_null(0)) return outcome;
  outcome.there = true;
  outcome.now = static_cast<KeptStanding>(query.integer(0));
  outcome.told = static_cast<KeptStanding>(query.integer(1));
  outcome.tries = query.integer(2);
  return outcome;
}

Status SqliteWriter::refuse(Taking& taking, const claim::Refusal& refusal) {
  const std::int64_t position = position_of(taking.row.no, refusal.seq);
  const auto before = outcome(position);
  if (!before) return Failure{before.error()};
  if (before->gone) return Done{};
  taking.name(position);
  const bool again = before->told == KeptStanding::refused_for_now && refusal.retryable;
  if (again && !taking.reception.answers.contains(refusal.seq)) return Done{};
  const bool stood = before->now == KeptStanding::refused || before->now == KeptStanding::refused_for_now;
  if (!stood && before->now == before->told) ++taking.applied.newly_refused;
  const std::int64_t tries = again ? before->tries + 1 : 0;
  const std::int64_t now = taking.reception.now;
  return set_told_.run(position, static_cast<int>(refusal.retryable ? KeptStanding::refused_for_now : KeptStanding::refused),
                       refusal.reason, std::nullopt, tries, now, now + rest(taking.reception.rest_s, tries));
}

Status SqliteWriter::tell_accepted(std::int64_t position, const std::optional<std::int64_t>& granted_mg) {
  return set_told_.run(position, static_cast<int>(KeptStanding::accepted), std::string_view(), granted_mg, 0, 0, 0);
}

/// Without an amount: as much as was asked for.
Status SqliteWriter::grant(Taking& taking, std::int64_t position, const std::optional<std::int64_t>& granted_mg) {
  const auto before = outcome(position);
  if (!before) return Failure{before.error()};
  if (before->gone) return Done{};
  taking.name(position);
  if (granted_mg) {
    const auto asked = asked_mg(position);
    if (!asked) return Failure{asked.error()};
    if (*asked != *granted_mg) return tell_accepted(position, granted_mg);
  }
  if (!before->there) return Done{};
  if (Status told = tell_accepted(position, std::nullopt); !told) return told;
  return drop_plain_.run(position);
}

/// What a reduction asks for; other entries ask for nothing.
Result<std::int64_t> SqliteWriter::asked_mg(std::int64_t position) {
  Query query(message_at_, position);
  if (!query.next()) return query.result(std::int64_t{0});
  const auto opened = open_claim(seq_of(position), query.bytes(0));
  if (!opened) return Failure{opened.error()};
  const auto* reduction = std::get_if<claim::Reduction>(&opened->claim.entry);
  return reduction != nullptr ? reduction->credited_mg : 0;
}

Status SqliteWriter::take_changes(const claim::Receipt& receipt, Taking& taking) {
  Status taken = Done{};
  receipt.for_each_change([&](const claim::Change& one) {
    if (!taken || one.number != taking.service.change + 1) return;
    taken = change(taking, one);
    taking.service.change = one.number;
  });
  return taken;
}

Status SqliteWriter::change(Taking& taking, const claim::Change& told) {
  const auto row = row_of(told.chain);
  if (!row) return Failure{row.error()};
  if (row->no == 0 || told.seq > kMaxSeq) return Done{};
  const std::int64_t position = position_of(row->no, told.seq);
  const auto before = outcome(position);
  if (!before) return Failure{before.error()};
  if (before->gone) return Done{};
  taking.name(position);
  std::optional<std::int64_t> granted;
  if (told.standing != claim::Stands::refused) {
    const auto asked = asked_mg(position);
    if (!asked) return Failure{asked.error()};
    if (*asked != told.granted_mg) granted = told.granted_mg;
  }
  if (told.standing == claim::Stands::held && before->now != KeptStanding::held) ++taking.applied.newly_held;
  if (told.standing == claim::Stands::refused && before->now != KeptStanding::refused) ++taking.applied.newly_refused;
  return set_changed_.run(position, static_cast<int>(told.standing), told.reason, granted, taking.reception.now);
}

}  // namespace greentill::outbox
