// SPDX-License-Identifier: Apache-2.0
// The durable local store of claims until their receipts arrive, and after that until they are pruned: SQLite, WAL,
// synchronous=FULL. A claim, the chain head it makes, the idempotency key of its transaction and the source's position and record
// become durable in one SQLite transaction or not at all. Memory is bounded by the calls' own limits, never by the backlog.
//
// Threads: one Writer, used by one thread at a time; any number of Readers, each used by one thread at a time. A Reader sees what
// was committed before its call. A function that calls back does so in the caller's thread, before it returns; the callback must
// not use the same Reader or Writer.
// Errors: besides those that a call names: full where the disk has no room, io where the system refuses, corrupt where stored
// data is damaged, unavailable where another connection holds the lock or there is no memory. Nothing of a call that failed is
// stored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/calendar.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/claim/stored.hpp"
#include "daemon/outbox/repair.hpp"
#include "daemon/outbox/side_records.hpp"
#include "daemon/outbox/source_record.hpp"
#include "daemon/outbox/views.hpp"

namespace greentill::outbox {

/// What one unit adds to the running totals of a day and an activity. An empty `activity` counts a transaction.
struct TotalsDelta {
  std::int64_t day = 0;  ///< on which the unit was recorded, by the device's zone: days since 1970-01-01
  std::string activity;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
  std::int64_t claims = 1;  ///< 0 for a reversal, which only lowers the amounts: these are negative then
};

/// A claim that was refused for ever, and the one that takes its place. From then on whoever reports the transaction again, or
/// takes it back, means the new one.
struct Replacement {
  std::int64_t refused = 0;        ///< RefusedClaim::number
  std::uint64_t seq = 0;           ///< of the new claim
  std::vector<Digest> nullifiers;  ///< MACs of both
};

/// What one transaction adds to the store: all of it is stored, or nothing.
struct Unit {
  /// The transaction's, under which it is known again. None for a chain's start, for a record without a transaction, and for a
  /// transaction whose id stays free.
  std::optional<TransactionKey> key;
  ContentHash content{};               ///< the transaction's; stored with the key
  std::vector<NewClaim> claims;        ///< consecutive seqs; may be empty
  claim::ChainHead head;               ///< where the chain stands behind `claims`; not used where there are none
  std::int64_t recorded_at = 0;        ///< Unix seconds
  std::optional<Sale> sale;            ///< stored with each of its claims, or with its key, and with its guarded acts
  std::optional<SourceRecord> record;  ///< the source's record and new position; none where no source handed it in
  std::vector<TotalsDelta> totals;
  SideRecords side;
  bool declares_lost = false;           ///< its claim is the gap over what is missing of the chain before; noted with the chain
  std::optional<Replacement> replaces;  ///< what its claim stands in for
};

/// What a receipt changed.
struct AppliedReceipt {
  std::uint64_t delivered_seq = 0;  ///< of the chain that it names, as it stands now; 0 where this store has no such chain
  std::uint64_t newly_refused = 0;
  std::uint64_t newly_held = 0;
  bool ignored = false;  ///< the head was not moved: a chain that is not here, an older epoch, or a lower head within the epoch
  bool rewound = false;  ///< the ledger went back in a new epoch
  /// The service holds claims of this chain that are not here, or others: nothing of the receipt was taken.
  bool at_odds = false;
  bool came_further = false;  ///< more is stored of what the service says than before
};

/// A connection that reads. Made by Outbox::new_reader(); destroy it before the outbox. What it returns is a copy and stays
/// valid.
class Reader {
 public:
  virtual ~Reader() = default;
  /// The state of the chain in force; nothing where no chain was begun.
  virtual Result<std::optional<ChainState>> chain() = 0;
  /// The number that Writer::keep_settings_number() stored last; 0 where none is.
  virtual Result<std::uint64_t> settings_number() = 0;
  /// All chains, in the order in which they were begun.
  virtual Result<std::vector<KnownChain>> chains() = 0;
  /// How the place lies to the claims of the chain that it names. Where the claim and the one behind it were pruned its hash
  /// cannot be told: it is the same then.
  virtual Result<PlaceMatch> match(const claim::ChainHead& place) = 0;
  /// What a batch of the chain's claims says that is stored: of a chain that is not here, or without one, nothing but epoch and
  /// change.
  virtual Result<claim::Stored> stored(const std::optional<claim::ChainId>& chain) = 0;
  /// What the transaction made; nothing where the key is not known, or was pruned.
  virtual Result<std::optional<TransactionRecord>> find(const TransactionKey& key) = 0;
  /// A claim of the chain in force; nothing where it was pruned or never made.
  virtual Result<std::optional<StoredClaim>> claim(std::uint64_t seq) = 0;
  /// As above, of any chain of this store.
  virtual Result<std::optional<StoredClaim>> claim(const claim::ChainId& chain, std::uint64_t seq) = 0;
  /// Visits claims of the chain in force in ascending seq, or descending with `newest_first`, beginning behind `after` (0: with
  /// the first, or the last), at most `limit` of them. `only`: claims that stand there alone.
  virtual Status for_each_claim(std::uint64_t after, std::size_t limit, bool newest_first, std::optional<Delivery> only,
                                const std::function<void(const StoredClaim&)>& visit) = 0;
  /// Reads consecutive claims of the chain from `first` on into `into`, as many as fit both limits, but at least one
  /// where there is one. Empty (last_seq = first - 1) where `first` is not stored. Reuses the memory of `into.bytes`. invalid
  /// where `first` is 0.
  virtual Status read_batch(const claim::ChainId& chain, std::uint64_t first, std::size_t max_claims, std::size_t max_bytes,
                            ClaimBatch& into) = 0;
  /// Claims that stand refused for now and may be tried again: they are due by `now`, were tried last at or before
  /// `tried_before`, or after `now`, by a clock that ran ahead. Both are Unix seconds. Of the first chain that has any and was
  /// not set apart; at most `limit`.
  virtual Result<DueClaims> retryable(std::int64_t now, std::int64_t tried_before, std::size_t limit) = 0;
  /// Claims that were refused for ever for wrong-arithmetic or bad-signature, which another version of this program may not get,
  /// in whose place none was made yet, of chains under that assignment: those behind `after`, which is the number of one or 0, at
  /// most `limit`.
  virtual Result<std::vector<RefusedClaim>> replaceable(std::uint32_t assignment, std::int64_t after, std::size_t limit) = 0;
  /// The source's last durable position; empty where it has none.
  virtual Result<std::string> position(std::string_view source) = 0;
  /// The sums of all days from `from_day` on (days since 1970-01-01), by day and activity in ascending order.
  virtual Result<std::vector<Totals>> totals(std::int64_t from_day) = 0;
  /// Counts all chains, without reading the claims.
  virtual Result<Backlog> backlog() = 0;
  /// When the oldest claim was recorded that the service has not processed, or has refused for now; nothing where none is. Cost:
  /// as of backlog().
  virtual Result<std::optional<std::int64_t>> waiting_since() = 0;
  /// The held and refused claims by reason, most first, at most `limit` reasons. Cost: the reasons', not the claims'.
  virtual Result<std::vector<ReasonCount>> reason_counts(std::size_t limit) = 0;
  /// How much was taken back of the claim with this nullifier: one entry for each unit; none where nothing was.
  virtual Result<std::vector<TakenBack>> taken_back(const Digest& nullifier) = 0;
  /// The reversals that wait for the transaction with this key, in the order in which they came.
  virtual Result<std::vector<AwaitedReversal>> awaited(const TransactionKey& key) = 0;
  /// Whether a reversal waits for any transaction.
  virtual Result<bool> awaits_any() = 0;
  /// When the account did this activity, of the times from `from` on and before `to` (Unix seconds), in their order. `account`: a
  /// keyed hash, as it was stored.
  virtual Result<std::vector<AccountUse>> account_uses(const Bytes<16>& account, std::string_view activity, std::int64_t from,
                                                       std::int64_t to) = 0;
  /// Visits those guarded acts that the query asks for, the newest first, at most `limit` of them.
  virtual Status for_each_guarded(const GuardedQuery& query, std::size_t limit,
                                  const std::function<void(const GuardedAct&)>& visit) = 0;
  /// Why acts of this transaction are guarded: activity (empty: the whole record) and reason.
  virtual Result<std::vector<GuardedAct>> guarded_of(const TransactionKey& key) = 0;
  /// The sales that the query asks for, the newest first, at most `limit`. Cost: reads all that is stored, since an index would
  /// be every sale's to pay for.
  virtual Result<std::vector<FoundSale>> sales(const SaleQuery& query, std::size_t limit) = 0;
  /// The sale with this key; nothing where it is not known.
  virtual Result<std::optional<FoundSale>> sale(const TransactionKey& key) = 0;
  /// How many records of each source had which fate, by source, fate and reason. They add up to all records that sources ever
  /// handed in.
  virtual Result<std::vector<RecordCount>> record_counts() = 0;
  /// Visits those of the last kKeptRecords that the query asks for, the newest first, at most `limit` of them.
  virtual Status for_each_record(const RecordQuery& query, std::size_t limit,
                                 const std::function<void(const StoredRecord&)>& visit) = 0;
  /// Visits the messages of kept receipts in the order in which they came, beginning behind `after` (0: with the first), at most
  /// `limit` of them. The numbers rise; they are this store's alone.
  virtual Status for_each_receipt(std::uint64_t after, std::size_t limit,
                                  const std::function<void(std::uint64_t number, ByteView message)>& visit) = 0;
};

/// Claims that were refused for now and have just been sent again: seqs first to last. By default none.
struct Retried {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  [[nodiscard]] bool contains(std::uint64_t seq) const { return first <= seq && seq <= last; }
};

/// When a receipt came, and what it answers.
struct Reception {
  std::int64_t now = 0;  ///< Unix seconds
  Retried answers{};     ///< the retry that it answers; other claims may be refused in it, too
  /// How long a claim refused for now rests: so long at first, then twice as long each time, a day at most.
  std::int64_t rest_s = 3600;
  /// The receipt as it was signed, which is kept as proof where it tells something. Empty: nothing is kept.
  ByteView message{};
};
inline constexpr std::int64_t kLongestRest = kSecondsADay;  ///< in seconds

/// What may be removed: what was recorded before these times, in Unix seconds.
struct PruneBefore {
  std::int64_t delivered = 0;  ///< claims that the service has processed
  /// Side records, the keys of transactions without a claim, and chains that were set apart.
  std::int64_t side = 0;
};

/// The connection that writes. There is one in all processes; the outbox owns it. A call waits for the disk.
class Writer {
 public:
  virtual ~Writer() = default;
  /// As Reader::find(). What was written last is still in this connection's memory, so that it reads less.
  virtual Result<std::optional<TransactionRecord>> find(const TransactionKey& key) = 0;
  /// Begins a chain, which becomes the one in force; the chain before it stays stored. `unit` holds its `start` claim, with seq
  /// 1. conflict where the unit does not fit, invalid where its claim is no start.
  virtual Status begin_chain(const claim::ChainId& chain, const Unit& unit) = 0;
  /// Stores the number of the settings that the device goes by, durably.
  virtual Status keep_settings_number(std::uint64_t number) = 0;
  /// Stores all units in one transaction; they are durable on return. Requires: units and their claims in the chain's order,
  /// going on from the stored head. conflict where they do not, or where a unit's key is stored already.
  virtual Status commit(std::span<const Unit* const> units) = 0;
  /// Stores what a receipt says of the claims of any chain of this store; durable on return. A claim that stays refused for now
  /// keeps its reason and last try, unless the receipt answers its retry. What a change says counts until the next epoch,
  /// whatever receipts say of the claim. A receipt of an older epoch changes nothing; one with a lower head does not move the
  /// head. Requires: the receipt's signature was verified. invalid where the receipt was filled for a store that knows more than
  /// this one: it would leave something out.
  virtual Result<AppliedReceipt> apply(const claim::Receipt& receipt, const Reception& reception) = 0;
  /// Begins a chain in which everything that the ledger may lack of the chains under the assignment of its start is made anew, in
  /// their order, and sets those chains apart; all in one transaction. Memory does not grow with what is made; the write-ahead
  /// log does, by the size of it. Of an assignment that was left (Repair::left) the chain stands beside the one in force;
  /// conflict where there is nothing of that assignment, or no number left for it. `now`: Unix seconds.
  virtual Status repair(const Repair& repair, Remaker& remaker, std::int64_t now) = 0;
  /// Removes delivered claims with their transaction keys, chains that were set apart, and side records, at most `limit` of all
  /// together; returns how many. A held or refused claim stays until it is accepted, the chain's head always; and what was taken
  /// back of a claim stays as long as that claim waits, is held or is refused.
  virtual Result<std::size_t> prune(const PruneBefore& before, std::size_t limit) = 0;
};

/// Runs work on the writer, between commits. Threads: enqueue() from any thread; the work runs on the thread that has the writer.
class WriteQueue {
 public:
  virtual ~WriteQueue() = default;
  /// Queues work and returns. The work is run once, in the order of enqueueing; it must not enqueue and wait.
  virtual void enqueue(std::function<void(Writer&)> work) = 0;
};

/// Where the store lies, and how much memory its connections use.
struct Options {
  std::filesystem::path path;  ///< the database file; its folder must exist
  /// The name of an SQLite VFS, for fault injection; empty: one under which no other process can open the file.
  std::string vfs = {};
  std::size_t writer_cache_kib = 192;
  std::size_t reader_cache_kib = 128;
  /// Where it is kept how far the store has come; empty: nowhere, and a store that went back is not noticed.
  std::filesystem::path mark = {};
  /// Files that are made after the mark. Where one is there and mark and chain are not, this is no first start.
  std::vector<std::filesystem::path> traces = {};
  /// Whether this device signed the message; nothing: that of a damaged store's claims is not asked.
  std::function<bool(const claim::Message&)> is_ours = {};
  std::uint32_t assignment = 1;  ///< under which the device works now, for a damaged store that does not tell
  /// Called again and again while a damaged store is read and while a repair makes claims anew, as long as that gets on, by the
  /// thread that does it: both may take minutes. Must not use the store.
  std::function<void()> on_progress = {};
};

/// The store, opened. Owns the writer; readers must be destroyed before it. Threads: open(), new_reader() and destruction by one
/// thread at a time.
class Outbox {
 public:
  /// Opens or creates the store, and keeps other processes out until it is destroyed. A store that is damaged is set aside, and
  /// what can be read of it is in the one that is opened; that takes a minute for a million claims.
  /// conflict where another process has it open, or where it is not what its mark says (docs/outbox.md, "A store that went
  /// back"); invalid where its log is another's, or the file is another program's database, unsupported where another version
  /// made it, corrupt where it is damaged, not_found or denied where the file or its lock cannot be opened. `log` is used by this
  /// call alone.
  static Result<std::unique_ptr<Outbox>> open(const Options& options, Log& log);
  virtual ~Outbox() = default;
  /// The writer. Lifetime: the outbox's. The caller sees to it that one thread at a time uses it.
  virtual Writer& writer() = 0;
  /// A further connection that reads; the caller owns it.
  virtual Result<std::unique_ptr<Reader>> new_reader() = 0;
};

}  // namespace greentill::outbox
