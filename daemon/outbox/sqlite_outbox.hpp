// SPDX-License-Identifier: Apache-2.0
// The outbox on SQLite: the classes behind outbox.hpp. Private to daemon/outbox; docs/outbox.md explains the tables.
//
// What always holds:
// - A claim's position is its chain's number << 40 | seq. A chain's seqs are stored without a gap up to its head, but for those
//   that were pruned; the head itself is never pruned, nor is a held or refused claim. All of a chain that was set apart goes
//   after its time, and the chain with it.
// - A transaction's key is stored once: with its first claim or, without a claim, in `claimless`.
// - head - pruned claims of a chain are stored. It changes in the transaction that changes those rows.
// - delivered_seq never exceeds the head's seq, and goes back only in a higher epoch.
// - An outcome is what stands now of a claim, and beside it what receipts told. They differ only where a change said so in this
//   epoch. A claim without one waits, or was granted what it asked for.
// - No claim of a chain that was set apart stands refused for now.
// - SqliteWriter::chain_ is the committed row of the chain in force, service_ that of the service. A call changes copies of them
//   and takes these over once its transaction is committed: after a failure object and file are as before.
#pragma once

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/outbox/outbox.hpp"
#include "daemon/outbox/schema.hpp"
#include "daemon/sqlite/sqlite.hpp"
#include "daemon/sqlite/store_mark.hpp"

namespace greentill::outbox {

using sqlite::Database;
using sqlite::Query;
using sqlite::Statement;

/// A sale as it is stored: three columns, or three nulls.
struct SaleColumns {
  explicit SaleColumns(const std::optional<Sale>& sale) {
    if (!sale) return;
    till = sale->till;
    receipt_number = sale->receipt_number;
    begin = sale->begin;
  }
  std::optional<std::string_view> till, receipt_number;
  std::optional<std::int64_t> begin;
};
/// The sale in three columns of a row, from `column` on.
std::optional<Sale> sale_in(const Query& row, int column);

/// Finds the claims of a transaction by its key; for reader and writer.
class KeyLookup {
 public:
  Status prepare(Database& database);
  Result<std::optional<TransactionRecord>> find(const Database& database, const TransactionKey& key);

 private:
  Statement statement_;
};

/// A stored chain. no 0: the store has none.
struct ChainRow {
  std::int64_t no = 0;
  claim::ChainHead head;
  std::uint64_t delivered_seq = 0;
  std::uint64_t epoch = 0;
  std::int64_t pruned = 0;
  std::uint32_t assignment = 0;
  bool set_apart = false;
  bool damaged = false;
};

/// What stands of a claim: claim::Stands, and refused for now.
enum class KeptStanding : std::uint8_t { accepted = 0, held = 1, refused = 2, refused_for_now = 3 };

/// What is stored of what the service says of the device.
struct ServiceRow {
  std::uint64_t epoch = 0;   ///< of the last receipt
  std::uint64_t change = 0;  ///< the last change's number within it
};
Result<ServiceRow> read_service(Database& database);

/// A chain with its number.
using NumberedChain = std::pair<std::int64_t, KnownChain>;
/// All chains, in the order in which they were begun.
Result<std::vector<NumberedChain>> read_chains(Database& database);

/// Finds the chain in force, or another; for reader and writer. A chain's head is read from its last claim, which is never
/// pruned.
class ChainLookup {
 public:
  Status prepare(Database& database);
  Result<ChainRow> find(const Database& database);
  Result<ChainRow> find(const Database& database, const claim::ChainId& chain);
  /// The hash of a claim's payload: the next claim holds it as prev, and the head's is known. Nothing where it cannot be told,
  /// since claims were pruned. Requires: a seq up to the head's.
  Result<std::optional<Digest>> payload_hash(const ChainRow& row, std::uint64_t seq);

 private:
  Statement newest_, by_id_, message_at_;
};

class SqliteReader final : public Reader {
 public:
  static Result<std::unique_ptr<Reader>> open(const Options& options);

  Result<std::optional<ChainState>> chain() override;
  Result<std::uint64_t> settings_number() override;
  Result<std::vector<KnownChain>> chains() override;
  Result<PlaceMatch> match(const claim::ChainHead& place) override;
  Result<claim::Stored> stored(const std::optional<claim::ChainId>& chain) override;
  Result<std::optional<TransactionRecord>> find(const TransactionKey& key) override { return keys_.find(database_, key); }
  Result<std::optional<StoredClaim>> claim(std::uint64_t seq) override;
  Result<std::optional<StoredClaim>> claim(const claim::ChainId& chain, std::uint64_t seq) override;
  Status for_each_claim(std::uint64_t after, std::size_t limit, bool newest_first, std::optional<Delivery> only,
                        const std::function<void(const StoredClaim&)>& visit) override;
  Status read_batch(const claim::ChainId& chain, std::uint64_t first, std::size_t max_claims, std::size_t max_bytes,
                    ClaimBatch& into) override;
  Result<DueClaims> retryable(std::int64_t now, std::int64_t tried_before, std::size_t limit) override;
  Result<std::vector<RefusedClaim>> replaceable(std::uint32_t assignment, std::int64_t after, std::size_t limit) override;
  Result<std::string> position(std::string_view source) override;
  Result<std::vector<Totals>> totals(std::int64_t from_day) override;
  Result<Backlog> backlog() override;
  Result<std::optional<std::int64_t>> waiting_since() override;
  Result<std::vector<ReasonCount>> reason_counts(std::size_t limit) override;
  Result<std::vector<TakenBack>> taken_back(const Digest& nullifier) override;
  Result<std::vector<AwaitedReversal>> awaited(const TransactionKey& key) override;
  Result<bool> awaits_any() override;
  Result<std::vector<AccountUse>> account_uses(const Bytes<16>& account, std::string_view activity, std::int64_t from,
                                               std::int64_t to) override;
  Status for_each_guarded(const GuardedQuery& query, std::size_t limit,
                          const std::function<void(const GuardedAct&)>& visit) override;
  Result<std::vector<GuardedAct>> guarded_of(const TransactionKey& key) override;
  Result<std::vector<FoundSale>> sales(const SaleQuery& query, std::size_t limit) override;
  Result<std::optional<FoundSale>> sale(const TransactionKey& key) override;
  Result<std::vector<RecordCount>> record_counts() override;
  Status for_each_record(const RecordQuery& query, std::size_t limit,
                         const std::function<void(const StoredRecord&)>& visit) override;
  Status for_each_receipt(std::uint64_t after, std::size_t limit,
                          const std::function<void(std::uint64_t number, ByteView message)>& visit) override;

 private:
  explicit SqliteReader(Database database) : database_(std::move(database)) {}
  Status prepare();
  Status prepare_side_records();
  Status prepare_records();
  Result<FoundSale> found_sale(const Query& row);

  Database database_;
  KeyLookup keys_;
  ChainLookup chains_;
  Statement claim_, batch_, retryable_, totals_, backlog_;
  Statement taken_back_, awaited_, awaits_any_, account_uses_;
  Statement position_, record_counts_;
};

class SqliteWriter final : public Writer {
 public:
  static Result<std::unique_ptr<SqliteWriter>> open(const Options& options);

  Result<std::optional<TransactionRecord>> find(const TransactionKey& key) override { return keys_.find(database_, key); }
  Status begin_chain(const claim::ChainId& chain, const Unit& unit) override;
  Status keep_settings_number(std::uint64_t number) override;
  Status commit(std::span<const Unit* const> units) override;
  Result<AppliedReceipt> apply(const claim::Receipt& receipt, const Reception& reception) override;
  Status repair(const Repair& repair, Remaker& remaker, std::int64_t now) override;
  Result<std::size_t> prune(const PruneBefore& before, std::size_t limit) override;

  /// How far the store has come: the number of its chain and that chain's id and head, and how many transactions it has taken.
  [[nodiscard]] sqlite::Reach reach() const;
  /// The payload hash of a claim of the chain in force; nothing where it cannot be told since the claim behind it was pruned.
  Result<std::optional<Digest>> hash_at(std::uint64_t seq) { return chains_.payload_hash(chain_, seq); }
  /// Brings the mark up to the store, durably, and notes in it from now on how far each commit has come. It must outlive the
  /// writer. Where there is to be a mark, the files are left as they are if the writer goes before.
  Status keep(sqlite::StoreMark& mark);

 private:
  /// What is known of a claim before a receipt is taken.
  struct Outcome {
    bool gone = false;   ///< the claim is not stored
    bool there = false;  ///< an outcome is
    KeptStanding now = KeptStanding::accepted;
    KeptStanding told = KeptStanding::accepted;
    std::int64_t tries = 0;
  };
  /// A receipt that is being taken.
  struct Taking {
    ChainRow row;
    ServiceRow service;
    const Reception& reception;
    AppliedReceipt applied;
    /// The lowest and the highest position of a stored claim that it names; nothing where it names none.
    std::optional<std::pair<std::int64_t, std::int64_t>> named;
    void name(std::int64_t position) {
      named =
          named ? std::pair(std::min(named->first, position), std::max(named->second, position)) : std::pair(position, position);
    }
  };

  explicit SqliteWriter(Database database) : database_(std::move(database)) {}
  Status prepare();
  Status prepare_side_records();
  Status prepare_records();
  Status save_chain(const ChainRow& row);
  /// Commits, and only then makes the new row the chain in force.
  Status finish(sqlite::Transaction& transaction, const ChainRow& row);
  /// To be called for what begin_chain() or commit() made durable.
  void note(std::span<const Unit* const> units);

  Status add_unit(ChainRow& row, const Unit& unit);
  Status add_claims(ChainRow& row, const Unit& unit);
  Status replace(const ChainRow& row, const Replacement& replacement);
  Status begin(ChainRow& row, const NewClaim& claim);
  Status add_side_records(const ChainRow& row, const Unit& unit);
  Status add_awaited(const Unit& unit);
  Status add_guarded(const Unit& unit);
  Status add_record(const Unit& unit, const SourceRecord& record);
  /// The reason under which the record is counted.
  Result<std::string_view> counted_reason(const SourceRecord& record);

  Result<ChainRow> row_of(const claim::ChainId& chain);
  /// Whether the chain has the claim at that place, or may have had it.
  Result<bool> has(const ChainRow& row, std::uint64_t seq, const Digest& hash);
  Status check_filled_for(const claim::Receipt& receipt, const ChainRow& row) const;
  Status take(const claim::Receipt& receipt, Taking& taking);
  Status begin_epoch(const claim::Receipt& receipt, Taking& taking);
  Status move_head(const claim::Receipt& receipt, Taking& taking);
  Status take_lists(const claim::Receipt& receipt, Taking& taking);
  Status take_changes(const claim::Receipt& receipt, Taking& taking);
  Result<Outcome> outcome(std::int64_t position);
  Status refuse(Taking& taking, const claim::Refusal& refusal);
  Status grant(Taking& taking, std::int64_t position, const std::optional<std::int64_t>& granted_mg);
  Status tell_accepted(std::int64_t position, const std::optional<std::int64_t>& granted_mg);
  Status change(Taking& taking, const claim::Change& told);
  Result<std::int64_t> asked_mg(std::int64_t position);
  Status prepare_receipts();
  Status keep_receipt(const Taking& taking);
  Result<std::size_t> prune_receipts(std::int64_t received_before, std::size_t limit);
  /// Claims that the receipt answers a retry of, and of which an earlier receipt said that they are refused for now.
  Result<std::set<std::uint64_t>> retried(const claim::Receipt& receipt, const Taking& taking);

  struct Repairing;
  struct OldClaim;
  Status prepare_repair(Repairing& repairing);
  Status begin_repair(Repairing& repairing);
  Status begin_beside(Repairing& repairing, const std::vector<NumberedChain>& chains);
  Status begin_anew(Repairing& repairing, const claim::ChainHead& before, const std::optional<ClaimedAssignment>& under);
  Result<std::optional<ClaimedAssignment>> assignment_of(const std::vector<NumberedChain>& chains);
  Result<claim::ChainHead> place_before(const Repairing& repairing, const std::vector<NumberedChain>& chains);
  Status add_repaired(Repairing& repairing, const NewClaim& made, std::int64_t recorded_at, const std::optional<Sale>& sale);
  Result<std::vector<NumberedChain>> chains_under(std::uint32_t assignment, std::int64_t but);
  Status repair_chain(Repairing& repairing, const KnownChain& chain, std::int64_t no);
  Status declare_holes(Repairing& repairing, const KnownChain& chain, std::int64_t no, std::uint64_t from);
  Status declare(Repairing& repairing, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last);
  Status make_anew(Repairing& repairing, Statement& reading, std::int64_t from, std::int64_t to);
  Status make_anew(Repairing& repairing, const OldClaim& old);
  Result<std::optional<claim::ClaimId>> made_anew(Repairing& repairing, const claim::Reversal& reversal);

  Result<std::size_t> prune_once(const PruneBefore& before, std::size_t limit);
  Result<std::size_t> prune_claims(std::int64_t recorded_before, std::size_t limit);
  Result<std::size_t> prune_claimless(std::int64_t recorded_before, std::size_t limit);
  Result<std::size_t> prune_set_apart(std::int64_t before, std::size_t limit);
  Status remove_claims(const std::vector<std::int64_t>& positions);
  Result<std::size_t> prune_by_time(Statement& statement, std::int64_t before, std::size_t limit);
  Result<std::size_t> prune_side_records(std::int64_t recorded_before, std::size_t limit);

  Database database_;
  std::function<void()> on_progress_;
  ChainRow chain_;
  ServiceRow service_;
  std::uint64_t transactions_ = 0;  // taken, in `totals`
  sqlite::StoreMark* mark_ = nullptr;
  KeyLookup keys_;
  ChainLookup chains_;
  Statement new_chain_, save_chain_, add_claim_, add_claimless_, add_totals_;
  Statement message_at_, outcome_, set_told_, set_changed_, drop_plain_, retried_;
  Statement forget_changes_, undo_changes_, forget_told_, undo_told_, save_service_;
  Statement to_prune_, remove_claim_, remove_outcome_, count_pruned_, prune_claimless_;
  Statement declared_;
  Statement set_taken_back_, add_awaited_, remove_awaited_, set_guarded_, set_account_use_;
  Statement prune_taken_back_, prune_awaited_, prune_guarded_, prune_account_uses_;
  Statement set_position_, add_record_, remove_record_, count_record_, reasons_of_;
  Statement keep_receipt_;
};

}  // namespace greentill::outbox
