// SPDX-License-Identifier: Apache-2.0
// The durable local store of claims until their receipts arrive, and until they are 90 days old: SQLite, WAL, synchronous=FULL.
// A claim, the chain head it makes, the idempotency key of its transaction and the source's position and record become durable in
// one SQLite transaction or not at all. Threads: one Writer, used by one thread at a time; any number of Readers, each used by
// one thread at a time. Readers see what was committed before their call. Memory is bounded by the calls' own limits, never by
// the backlog.
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

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/outbox/side_records.hpp"
#include "daemon/outbox/source_record.hpp"

namespace greentill::outbox {

struct NewClaim {
  std::uint64_t seq = 0;
  std::vector<std::uint8_t> message;  ///< as it goes over the wire, signed once and for ever
};

/// What one commit adds to the running totals. An empty `activity` counts a transaction.
struct TotalsDelta {
  std::int64_t day = 0;  ///< days since 1970-01-01, UTC, of the recording
  std::string activity;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
  std::int64_t claims = 1;  ///< 0 where a reversal only takes amounts off, which are negative then
};

/// One transaction's worth: all of it is stored, or nothing.
struct Unit {
  std::optional<TransactionKey> key;   ///< none for a chain's start and for a rejected record
  ContentHash content{};               ///< of the transaction; where there is a key
  std::vector<NewClaim> claims;        ///< consecutive seqs; may be empty
  claim::ChainHead head;               ///< after this unit; ignored where claims is empty
  std::int64_t recorded_at = 0;        ///< Unix seconds
  std::optional<SourceRecord> record;  ///< none where no source handed it in
  std::vector<TotalsDelta> totals;
  SideRecords side;
};

/// The claims that a transaction made: `count` of them, from first_seq on, in `chain`, which need not be the one in force. count
/// may be 0.
struct TransactionRecord {
  std::uint64_t first_seq = 0;
  std::uint32_t count = 0;
  claim::ChainId chain{};
  std::optional<ContentHash> content{};  ///< none where it was stored before schema 5
};

enum class Delivery : std::uint8_t { waiting, delivered, refused_retry, refused_final };
[[nodiscard]] std::string_view to_string(Delivery delivery);

struct StoredClaim {
  std::uint64_t seq = 0;
  std::int64_t recorded_at = 0;
  Delivery delivery = Delivery::waiting;
  std::string reason;                      ///< of a refusal
  std::optional<std::int64_t> granted_mg;  ///< where the receipt granted something else than was asked for
  std::vector<std::uint8_t> message;
};

struct ChainState {
  claim::ChainHead head;
  std::uint64_t delivered_seq = 0;  ///< processed by the service up to here
  std::uint64_t epoch = 0;          ///< of the ledger, 0 before the first receipt
};

struct Totals {
  std::int64_t day = 0;
  std::string activity;
  std::uint64_t claims = 0;  ///< transactions where activity is empty
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
};

struct Backlog {
  std::uint64_t claims = 0;  ///< all that are stored
  std::uint64_t waiting = 0;
  std::uint64_t refused_retry = 0;
  std::uint64_t refused_final = 0;
};

/// A CBOR sequence of consecutive claims.
struct ClaimBatch {
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;  ///< first_seq - 1 where the batch is empty
  std::vector<std::uint8_t> bytes;
};

struct AppliedReceipt {
  std::uint64_t delivered_seq = 0;
  std::uint64_t newly_refused = 0;
  bool ignored = false;  ///< lower head within the same epoch, or another chain
  bool rewound = false;  ///< new epoch: send again from delivered_seq + 1
};

class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<std::optional<ChainState>> chain() = 0;
  virtual Result<std::optional<TransactionRecord>> find(const TransactionKey& key) = 0;
  /// Of the chain in force.
  virtual Result<std::optional<StoredClaim>> claim(std::uint64_t seq) = 0;
  /// Of any chain of this store.
  virtual Result<std::optional<StoredClaim>> claim(const claim::ChainId& chain, std::uint64_t seq) = 0;
  /// Calls back in ascending (or, newest_first, descending) seq, starting behind `after` (0: from the start), at most `limit`
  /// times.
  virtual Status for_each_claim(std::uint64_t after, std::size_t limit, bool newest_first, std::optional<Delivery> only,
                                const std::function<void(const StoredClaim&)>& visit) = 0;
  /// Consecutive claims from `first` on, as many as fit both limits; at least one where there is one. Reuses `into.bytes`.
  virtual Status read_batch(std::uint64_t first, std::size_t max_claims, std::size_t max_bytes, ClaimBatch& into) = 0;
  /// Seqs of claims refused "retry later" whose last try is at or before `tried_before`, or after `now`, by a clock that ran
  /// ahead; ascending, at most `limit`.
  virtual Result<std::vector<std::uint64_t>> retryable(std::int64_t tried_before, std::int64_t now, std::size_t limit) = 0;
  virtual Result<std::string> position(std::string_view source) = 0;
  virtual Result<std::vector<Totals>> totals(std::int64_t from_day) = 0;
  virtual Result<Backlog> backlog() = 0;
  /// One entry a unit; none where nothing was taken back.
  virtual Result<std::vector<TakenBack>> taken_back(const Digest& nullifier) = 0;
  virtual Result<std::vector<AwaitedReversal>> awaited(const TransactionKey& key) = 0;
  /// Whether any reversal waits for its transaction.
  virtual Result<bool> awaits_any() = 0;
  virtual Result<std::optional<AccountUse>> account_use(const Bytes<16>& account, std::string_view activity) = 0;
  /// Calls back newest first, with ids below `before` (0: from the newest), at most `limit` times.
  virtual Status for_each_guarded(std::int64_t before, std::size_t limit,
                                  const std::function<void(const GuardedAct&)>& visit) = 0;
  /// What became of all records that sources ever handed in; they add up to what was read.
  virtual Result<std::vector<RecordCount>> record_counts() = 0;
  /// Calls back newest first, at most `limit` times, with those of the last kKeptRecords that the query asks for.
  virtual Status for_each_record(const RecordQuery& query, std::size_t limit,
                                 const std::function<void(const StoredRecord&)>& visit) = 0;
};

/// Claims that were refused for now and have just been sent again: first to last seq. None by default.
struct Retried {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  [[nodiscard]] bool contains(std::uint64_t seq) const { return first <= seq && seq <= last; }
};

struct Reception {
  std::int64_t now = 0;  ///< Unix seconds
  Retried answers{};     ///< what the receipt answers; it names other refused claims, too
};

/// What was recorded before these goes; Unix seconds.
struct PruneBefore {
  std::int64_t delivered = 0;  ///< claims that the service has
  std::int64_t side = 0;       ///< side records, and the keys of transactions without a claim
};

class Writer {
 public:
  virtual ~Writer() = default;
  /// As the Reader's, from pages that what was written last left in memory.
  virtual Result<std::optional<TransactionRecord>> find(const TransactionKey& key) = 0;
  /// Starts a chain that follows the one in force, if any; its `start` claim is seq 1 of `unit`.
  virtual Status begin_chain(const claim::ChainId& chain, const Unit& unit) = 0;
  /// Stores all units in one transaction, durable on return. On failure nothing of them is stored; code full where the disk is.
  virtual Status commit(std::span<const Unit* const> units) = 0;
  /// Marks delivered, refused and granted. A claim that stays refused for now keeps its reason and last try, unless the receipt
  /// answers a retry: services repeat such refusals. Requires: the receipt's signature was verified.
  virtual Result<AppliedReceipt> apply(const claim::Receipt& receipt, const Reception& reception) = 0;
  /// Removes delivered claims with their transaction keys, and side records, at most `limit` of all; returns how many.
  /// A refused claim stays until it is delivered or replaced, and what was taken back of a claim as long as that claim waits or
  /// is refused.
  virtual Result<std::size_t> prune(const PruneBefore& before, std::size_t limit) = 0;
};

/// Runs work on the writer, between commits. Threads: enqueue() from any thread; the work runs on one that has the writer.
class WriteQueue {
 public:
  virtual ~WriteQueue() = default;
  virtual void enqueue(std::function<void(Writer&)> work) = 0;
};

struct Options {
  std::filesystem::path path;  ///< the database file; its folder must exist
  std::string vfs = {};        ///< SQLite VFS name, for fault injection; empty: no other process can open the file
  std::size_t writer_cache_kib = 512;
  std::size_t reader_cache_kib = 256;
};

class Outbox {
 public:
  /// Opens or creates the store and migrates its schema to this version. corrupt where the file is damaged, unsupported where a
  /// newer version made it, conflict where another process has it open for writing.
  static Result<std::unique_ptr<Outbox>> open(const Options& options, Log& log);
  virtual ~Outbox() = default;
  /// The one writer; owned by the outbox.
  virtual Writer& writer() = 0;
  virtual Result<std::unique_ptr<Reader>> new_reader() = 0;
};

}  // namespace greentill::outbox
