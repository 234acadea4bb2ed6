// SPDX-License-Identifier: Apache-2.0
// What the store keeps beside claims: what was taken back of them, reversals whose transaction has not come yet, acts that were
// recognised and not claimed, and how often an account did an act. All of it is deleted once it is as old as delivered claims may
// become.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/bytes.hpp"

namespace greentill::outbox {

/// First 16 bytes of SHA-256 over issuer and event id; made by the engine.
using TransactionKey = Bytes<16>;
/// Tells whether a transaction under a known key is the same event again or another one; made by the engine.
using ContentHash = Bytes<8>;

/// By which people tell one sale from another. It stays on the device, and is deleted with what it stands beside.
struct Sale {
  std::string till;
  std::string receipt_number;  ///< as it is printed, or the event id; empty where neither can be shown
  std::int64_t begin = 0;      ///< of the event, Unix seconds
};

/// How much was taken back so far of the claim with this nullifier, in one unit. An empty unit: all of it.
struct TakenBack {
  Digest nullifier{};
  std::string unit;
  std::int64_t value = 0;  ///< the sum of all reversals
  /// The claim's seq in the chain in force; 0 where this store does not have the claim, or reading: it is of an earlier chain.
  std::uint64_t of_seq = 0;
};

/// A part of a reversal that waits for its transaction. An empty activity: all of the transaction.
struct AwaitedReversal {
  std::uint8_t reason = 0;  ///< claim::ReversalReason
  std::string activity;
  std::string unit;
  std::int64_t value = 0;
  std::optional<TransactionKey> cause;  ///< the reversal's own event; none where it was stored before schema 3
};

/// An act that was recognised and not claimed, kept for people to see. It holds nothing that names a customer.
struct GuardedAct {
  TransactionKey key{};          ///< of the doubted record; set when storing, not read back
  std::int64_t id = 0;           ///< ascending; given by the store
  std::int64_t recorded_at = 0;  ///< Unix seconds
  std::int64_t begin = 0;        ///< of the event
  std::string activity;          ///< empty: the whole record
  std::string quantities;        ///< "m.odometer=500000 s=60"
  std::string reason;
  std::uint64_t line = 0;
  std::optional<Sale> sale = {};  ///< set when reading; stored is the unit's
};

/// Which guarded acts are asked for, the newest first.
struct GuardedQuery {
  std::int64_t before = 0;         ///< ids below this one; 0: from the newest
  std::int64_t since = INT64_MIN;  ///< acts that began then or later, Unix seconds
  std::int64_t until = INT64_MAX;  ///< acts that began before that
  std::string activity = {};       ///< empty: any
};

/// How often an account did one activity at a time.
struct AccountUse {
  Bytes<16> account{};  ///< a keyed hash of the token
  std::string activity;
  std::int64_t begin = 0;   ///< of the events, Unix seconds
  std::int64_t events = 0;  ///< that began then
};

/// The side records that one unit stores.
struct SideRecords {
  std::vector<TakenBack> taken_back;  ///< the new sums, which replace the stored ones
  TransactionKey awaited_key{};       ///< the key of the transaction that `awaited` waits for
  std::vector<AwaitedReversal> awaited;
  bool met = false;  ///< whether reversals waited for the unit's own transaction; they are deleted with it
  std::vector<GuardedAct> guarded;
  std::vector<AccountUse> account_uses;
};

}  // namespace greentill::outbox
