// SPDX-License-Identifier: Apache-2.0
// A repair within one transaction: claims are read a few at a time and made anew behind the new chain's start, so that memory
// does not grow with them; SQLite writes what does not fit its cache into the log.
#include <algorithm>

#include "daemon/outbox/sqlite_outbox.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::outbox {
namespace {

constexpr std::size_t kAtOnce = 64;

// Reading claims of ?1 < position <= ?2 that were not made anew; with ?3, those alone that stand refused for now.
constexpr const char* kOldClaims =
    "SELECT c.position, c.recorded_at, c.message, c.till, c.receipt, c.sold_at FROM claims c WHERE c.position > ?1 AND "
    "c.position <= ?2 AND c.anew IS NULL ORDER BY c.position LIMIT ?3";
constexpr const char* kOldRefused =
    "SELECT c.position, c.recorded_at, c.message, c.till, c.receipt, c.sold_at FROM outcomes o CROSS JOIN claims c ON "
    "c.position = o.position WHERE o.standing = 3 AND o.standing <> 0 AND o.position > ?1 AND o.position <= ?2 AND c.anew IS "
    "NULL "
    "ORDER BY o.position LIMIT ?3";

}  // namespace

/// A claim as it stands in the old chain.
struct SqliteWriter::OldClaim {
  std::int64_t position = 0;
  std::int64_t recorded_at = 0;
  std::vector<std::uint8_t> message;
  std::optional<Sale> sale;
};

/// What a repair has at hand.
struct SqliteWriter::Repairing {
  const Repair& what;
  Remaker& remaker;
  std::int64_t now;
  std::int64_t named_no;  ///< of the chain that the service names; 0: it is not here
  ChainRow row;           ///< of the new chain
  Statement old_claims, old_refused, add, set_anew, move_taken_back, taken_back_of, set_apart, forget, seqs;
};

Status SqliteWriter::repair(const Repair& repair, Remaker& remaker, std::int64_t now) {
  const sqlite::Progress progress(database_, on_progress_);
  auto transaction = sqlite::Transaction::begin(database_);
  if (!transaction) return Failure{transaction.error()};
  const auto named = chains_.find(database_, repair.named.chain);
  if (!named) return Failure{named.error()};
  Repairing repairing{repair, remaker, now, named->no, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  if (Status prepared = prepare_repair(repairing); !prepared) return prepared;
  if (!repair.left) {
    if (Status begun = begin_repair(repairing); !begun) return begun;
  }
  const auto chains = chains_under(repair.left.value_or(repairing.row.assignment), repairing.row.no);
  if (!chains) return Failure{chains.error()};
  if (repair.left) {
    if (Status begun = begin_beside(repairing, *chains); !begun) return begun;
  }
  for (const auto& [no, chain] : *chains) {
    if (Status repaired = repair_chain(repairing, chain, no); !repaired) return repaired;
  }
  repairing.row.head = remaker.head();
  const ChainRow& in_force = repair.left ? chain_ : repairing.row;
  if (Status finished = finish(*transaction, ChainRow(in_force)); !finished) return finished;
  if (mark_ != nullptr) mark_->note(reach(), database_.file());
  return Done{};
}

Status SqliteWriter::prepare_repair(Repairing& repairing) {
  return prepare_all(
      database_, {{repairing.old_claims, kOldClaims},
                  {repairing.old_refused, kOldRefused},
                  {repairing.add,
                   "INSERT INTO claims (position, recorded_at, message, till, receipt, sold_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
                  {repairing.set_anew, "UPDATE claims SET anew = ?2 WHERE position = ?1"},
                  {repairing.move_taken_back, "UPDATE taken_back SET of_position = ?3 WHERE nullifier = ?1 AND of_position = ?2"},
                  {repairing.taken_back_of,
                   "SELECT of_position FROM taken_back WHERE nullifier = ?1 AND of_position > ?2 AND of_position <= ?3 LIMIT 1"},
                  {repairing.set_apart, "UPDATE chains SET set_apart_at = ?2 WHERE no = ?1"},
                  {repairing.seqs, "SELECT position FROM claims WHERE position > ?1 AND position <= ?2 ORDER BY position"},
                  {repairing.forget, "DELETE FROM outcomes WHERE position > ?1 AND position <= ?2 AND standing = 3"}});
}

/// The new chain with its start, in the place of the one in force.
Status SqliteWriter::begin_repair(Repairing& repairing) {
  repairing.row.no = number_behind(chain_.no);
  return begin_anew(repairing, repairing.what.named, std::nullopt);
}

/// The new chain of an assignment that was left, with those under it: the last before the one in force.
Status SqliteWriter::begin_beside(Repairing& repairing, const std::vector<NumberedChain>& chains) {
  const auto last = database_.integer("SELECT max(no) FROM chains WHERE no < (SELECT max(no) FROM chains)");
  if (!last) return Failure{last.error()};
  repairing.row.no = *last + 1;
  const std::string assignment = "the assignment " + std::to_string(*repairing.what.left);
  if (repairing.row.no >= chain_.no) {
    return fail(ErrorCode::conflict, "outbox: there is no number left for one more chain under " + assignment);
  }
  const auto under = assignment_of(chains);
  if (!under) return Failure{under.error()};
  if (!*under) return fail(ErrorCode::conflict, "outbox: there is no claim under " + assignment);
  const auto place = place_before(repairing, chains);
  if (!place) return Failure{place.error()};
  return begin_anew(repairing, *place, *under);
}

/// What the first claim of these chains that is there says of their assignment.
Result<std::optional<ClaimedAssignment>> SqliteWriter::assignment_of(const std::vector<NumberedChain>& chains) {
  Statement first;
  Status prepared = first.prepare(
      database_, "SELECT position, message FROM claims WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT 1");
  if (!prepared) return Failure{prepared.error()};
  for (const auto& [no, chain] : chains) {
    Query row(first, position_of(no, 0), position_of(no, kMaxSeq));
    if (!row.next()) {
      if (Status read = row.status(); !read) return Failure{read.error()};
      continue;
    }
    const auto opened = open_claim(seq_of(row.integer(0)), row.bytes(1));
    if (!opened) return Failure{opened.error()};
    return std::optional(
        ClaimedAssignment{chain.state.assignment, std::string(opened->claim.merchant), std::string(opened->claim.site)});
  }
  return std::optional<ClaimedAssignment>();
}

/// How far the ledger has the last of these chains, as far as that is known: else nothing, which names its head.
Result<claim::ChainHead> SqliteWriter::place_before(const Repairing& repairing, const std::vector<NumberedChain>& chains) {
  const Repair& what = repairing.what;
  const auto named = [&](const NumberedChain& one) { return one.first == repairing.named_no; };
  if (what.ours && std::ranges::any_of(chains, named)) return what.named;
  const KnownChain& last = chains.back().second;
  claim::ChainHead place{last.state.head.chain, last.state.epoch == what.epoch ? last.state.delivered_seq : 0, {}};
  if (place.seq == 0) return claim::ChainHead();
  const auto row = chains_.find(database_, place.chain);
  if (!row) return Failure{row.error()};
  const auto hash = chains_.payload_hash(*row, place.seq);
  if (!hash) return Failure{hash.error()};
  if (!*hash) return claim::ChainHead();
  place.payload_hash = **hash;
  return place;
}

Status SqliteWriter::begin_anew(Repairing& repairing, const claim::ChainHead& before,
                                const std::optional<ClaimedAssignment>& under) {
  const auto start = repairing.remaker.start(before, under);
  if (!start) return Failure{start.error()};
  repairing.row.head.chain = repairing.remaker.head().chain;
  if (Status begun = begin(repairing.row, *start); !begun) return begun;
  return add_repaired(repairing, *start, repairing.now, std::nullopt);
}

Status SqliteWriter::add_repaired(Repairing& repairing, const NewClaim& made, std::int64_t recorded_at,
                                  const std::optional<Sale>& sale) {
  if (made.seq != ++repairing.row.head.seq || made.seq > kMaxSeq) {
    return fail(ErrorCode::bug, "outbox: a repair made claim " + std::to_string(made.seq) + " out of its turn");
  }
  const SaleColumns columns(sale);
  return repairing.add.run(position_of(repairing.row.no, made.seq), recorded_at, made.message, columns.till,
                           columns.receipt_number, columns.begin);
}

/// The chains under that assignment but the new one, in their order, with their numbers.
Result<std::vector<NumberedChain>> SqliteWriter::chains_under(std::uint32_t assignment, std::int64_t but) {
  auto all = read_chains(database_);
  if (!all) return all;
  std::erase_if(*all, [&](const auto& one) { return one.second.state.assignment != assignment || one.first == but; });
  return all;
}

// Of the chain that the service names its head is what the ledger has, and of those behind it nothing, whatever was heard of them
// in an older epoch. Where the named one is not this store's own, the receipts of this epoch tell.
Status SqliteWriter::repair_chain(Repairing& repairing, const KnownChain& chain, std::int64_t no) {
  const Repair& what = repairing.what;
  const bool named = what.ours && no == repairing.named_no;
  std::uint64_t from = what.ours || chain.state.epoch == what.epoch ? chain.state.delivered_seq : 0;
  if (named) from = what.named.seq;
  if (what.ours && no > repairing.named_no) from = 0;
  if (named && chain.pruned_to > from) {
    if (Status declared = declare(repairing, chain.state.head.chain, from + 1, chain.pruned_to); !declared) return declared;
  }
  if (chain.state.damaged && !chain.set_apart) {
    if (Status declared = declare_holes(repairing, chain, no, std::max(from, chain.pruned_to)); !declared) return declared;
  }
  const std::int64_t first = position_of(no, 0);
  const std::int64_t last = position_of(no, kMaxSeq);
  if (Status made = make_anew(repairing, repairing.old_refused, first, position_of(no, from)); !made) return made;
  if (Status made = make_anew(repairing, repairing.old_claims, position_of(no, from), last); !made) return made;
  if (Status forgotten = repairing.forget.run(first, last); !forgotten) return forgotten;
  return chain.set_apart ? Status(Done{}) : repairing.set_apart.run(no, repairing.now);
}

Status SqliteWriter::declare(Repairing& repairing, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) {
  const auto gap = repairing.remaker.gap(chain, first, last);
  if (!gap) return Failure{gap.error()};
  return add_repaired(repairing, *gap, repairing.now, std::nullopt);
}

/// What is missing of a damaged chain behind that seq. They are collected first, since the gaps go into the table that is read.
Status SqliteWriter::declare_holes(Repairing& repairing, const KnownChain& chain, std::int64_t no, std::uint64_t from) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> holes;
  const std::uint64_t end = std::max(chain.lost_to, chain.state.head.seq);
  std::uint64_t next = from + 1;
  {
    Query row(repairing.seqs, position_of(no, from), position_of(no, kMaxSeq));
    for (; row.next(); ++next) {
      const std::uint64_t seq = seq_of(row.integer(0));
      if (seq > next) holes.emplace_back(next, seq - 1);
      next = seq;
    }
    if (Status read = row.status(); !read) return read;
  }
  if (end >= next) holes.emplace_back(next, end);
  for (const auto& [first, last] : holes) {
    if (Status declared = declare(repairing, chain.state.head.chain, first, last); !declared) return declared;
  }
  return Done{};
}

Status SqliteWriter::make_anew(Repairing& repairing, Statement& reading, std::int64_t from, std::int64_t to) {
  std::vector<OldClaim> some;
  do {
    some.clear();
    {
      Query row(reading, from, to, kAtOnce);
      while (row.next()) {
        const ByteView message = row.bytes(2);
        some.push_back({row.integer(0), row.integer(1), {message.begin(), message.end()}, sale_in(row, 3)});
      }
      if (Status read = row.status(); !read) return read;
    }
    for (const OldClaim& old : some) {
      if (Status made = make_anew(repairing, old); !made) return made;
      from = old.position;
    }
  } while (some.size() == kAtOnce);
  return Done{};
}

Status SqliteWriter::make_anew(Repairing& repairing, const OldClaim& old) {
  const auto opened = open_claim(seq_of(old.position), old.message);
  if (!opened) return Failure{opened.error()};
  const auto* reduction = std::get_if<claim::Reduction>(&opened->claim.entry);
  const auto* reversal = std::get_if<claim::Reversal>(&opened->claim.entry);
  if (reduction == nullptr && reversal == nullptr) return Done{};
  std::optional<claim::ClaimId> of;
  if (reversal != nullptr) {
    auto named = made_anew(repairing, *reversal);
    if (!named) return Failure{named.error()};
    of = *named;
  }
  const auto made = repairing.remaker.anew(opened->claim, opened->message, of);
  if (!made) return Failure{made.error()};
  if (Status added = add_repaired(repairing, *made, old.recorded_at, old.sale); !added) return added;
  const std::int64_t position = position_of(repairing.row.no, made->seq);
  if (Status noted = repairing.set_anew.run(old.position, position); !noted || reduction == nullptr) return noted;
  for (const claim::Nullifier& nullifier : reduction->nullifiers) {
    if (Status moved = repairing.move_taken_back.run(nullifier.mac, old.position, position); !moved) return moved;
  }
  return Done{};
}

/// The new id of the claim that the reversal takes back, where this repair has made it anew: it stands before its reversal.
Result<std::optional<claim::ClaimId>> SqliteWriter::made_anew(Repairing& repairing, const claim::Reversal& reversal) {
  std::int64_t position = 0;
  for (const claim::Nullifier& nullifier : reversal.nullifiers) {
    Query query(repairing.taken_back_of, nullifier.mac, position_of(repairing.row.no, 0), position_of(repairing.row.no, kMaxSeq));
    if (query.next()) position = query.integer(0);
    if (Status read = query.status(); !read) return Failure{read.error()};
  }
  if (position == 0 || !reversal.claim) return std::optional<claim::ClaimId>();
  Query query(message_at_, position);
  if (!query.next()) return query.result(std::optional<claim::ClaimId>());
  const auto opened = open_claim(seq_of(position), query.bytes(0));
  if (!opened) return Failure{opened.error()};
  return std::optional(opened->claim.id);
}

}  // namespace greentill::outbox
