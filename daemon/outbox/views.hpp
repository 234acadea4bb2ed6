// SPDX-License-Identifier: Apache-2.0
// What readers of the outbox are told. All of it is copies, and stays valid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/claim/chain.hpp"
#include "daemon/outbox/side_records.hpp"

namespace greentill::outbox {

/// What is known under a transaction's key: it made `count` claims, from first_seq on, in `chain`, which need not be the chain in
/// force. count may be 0.
struct TransactionRecord {
  std::uint64_t first_seq = 0;
  std::uint32_t count = 0;
  claim::ChainId chain{};
  std::optional<ContentHash> content{};
};

/// Which sales are asked for, the newest first.
struct SaleQuery {
  std::string receipt_number;      ///< as stored
  std::string till = {};           ///< likewise; empty: any
  std::int64_t since = INT64_MIN;  ///< sold then or later, Unix seconds
  std::int64_t until = INT64_MAX;  ///< sold before that
};

/// A sale that was found by its receipt's number.
struct FoundSale {
  TransactionKey key{};
  Sale sale;
  std::int64_t recorded_at = 0;           ///< Unix seconds
  std::optional<TransactionRecord> made;  ///< the claims that it made; none where only guarded acts are known of it
};

/// Where a claim stands with the service now. Held: accepted, and granted nothing until a person or time decides. The two kinds
/// of refusal: the same bytes may be accepted later, or never. Set apart: its chain is never sent again, and it was not
/// processed.
enum class Delivery : std::uint8_t { waiting, delivered, held, refused_retry, refused_final, set_apart };
/// The name as in JSON: "waiting", "refused_retry". Lifetime: static.
[[nodiscard]] std::string_view to_string(Delivery delivery);

/// A place in a chain of this store.
struct ClaimPlace {
  claim::ChainId chain{};
  std::uint64_t seq = 0;
};

/// A claim as it is stored.
struct StoredClaim {
  std::uint64_t seq = 0;
  std::int64_t recorded_at = 0;  ///< Unix seconds
  Delivery delivery = Delivery::waiting;
  /// Why the service refused or holds it, or why it stands otherwise than its receipt said; else empty.
  std::string reason;
  std::optional<std::int64_t> granted_mg;  ///< what is granted now, where that is not what the claim asked for
  std::optional<std::int64_t> changed_at;  ///< when this device heard of it, Unix seconds, where that was after its receipt
  std::optional<Sale> sale;                ///< none: it belongs to no sale
  std::optional<ClaimPlace> anew;          ///< the claim that was made in its place, by a repair or since this one was refused
  std::vector<std::uint8_t> message;
};

/// A claim that was refused for ever.
struct RefusedClaim {
  std::int64_t number = 0;  ///< of this store's alone; rises with the order in which claims were made
  StoredClaim claim;
};

/// Where a chain stands.
struct ChainState {
  claim::ChainHead head;
  std::uint64_t delivered_seq = 0;  ///< up to here the service has processed the chain, as receipts said
  std::uint64_t epoch = 0;          ///< of the ledger, from the chain's last receipt; 0 before the first one
  std::uint32_t assignment = 0;     ///< under which the chain was begun, as its start says
  /// Claims of it were lost with a damaged store. Nothing is added to it, and a repair makes the rest anew.
  bool damaged = false;
};

/// A chain of this store, as it matters to what is sent.
struct KnownChain {
  ChainState state;
  claim::ChainHead before;      ///< the place that its start names; zeros where it names none
  bool set_apart = false;       ///< never sent again
  bool declared = false;        ///< a gap in it declares what is missing of the chain before
  std::uint64_t pruned_to = 0;  ///< behind this seq all claims are stored, but for those of a damaged chain
  std::uint64_t lost_to = 0;    ///< of a damaged chain: it had claims up to here, as far as is known
};

/// How a place that the service names lies to this store's claims.
enum class PlaceMatch : std::uint8_t { no_chain, beyond, other_hash, same };

/// The sums of one day and activity. They are never pruned.
struct Totals {
  std::int64_t day = 0;      ///< days since 1970-01-01, by the device's zone
  std::string activity;      ///< empty: transactions of that day
  std::uint64_t claims = 0;  ///< claims; transactions where `activity` is empty
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
};

/// How many claims of all chains are stored, and how many of these stand where.
struct Backlog {
  std::uint64_t claims = 0;  ///< all that are stored
  std::uint64_t waiting = 0;
  std::uint64_t held = 0;
  std::uint64_t refused_retry = 0;
  std::uint64_t refused_final = 0;
  std::uint64_t starts = 0;          ///< those of `claims` that open a chain and claim nothing
  std::uint64_t starts_waiting = 0;  ///< those of `waiting` that do
  /// Without the chains' starts, which nobody means who counts claims.
  [[nodiscard]] Backlog for_people() const {
    return {claims - starts, waiting - starts_waiting, held, refused_retry, refused_final, 0, 0};
  }
};

/// How many stored claims stand held or refused for one reason.
struct ReasonCount {
  std::string reason;
  Delivery delivery = Delivery::held;  ///< or one of the refusals
  std::uint64_t claims = 0;
};

/// Claims that were refused for now and are due to be sent again, of one chain.
struct DueClaims {
  claim::ChainId chain{};
  std::vector<std::uint64_t> seqs;  ///< ascending
  friend bool operator==(const DueClaims&, const DueClaims&) = default;
};

/// Consecutive claims as they are sent: their messages one after another, a CBOR sequence.
struct ClaimBatch {
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;  ///< first_seq - 1 where the batch is empty
  std::vector<std::uint8_t> bytes;
};

}  // namespace greentill::outbox
