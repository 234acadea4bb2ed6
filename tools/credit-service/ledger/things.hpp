// SPDX-License-Identifier: Apache-2.0
// What the ledger holds: devices with their chains, claims and what was decided of them, acts, bookings, and work to be done.
// docs/ledger.md and docs/chains.md say what each means. Times are Unix seconds. `claim` is an id as of Chain::claim_id().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/receipt.hpp"
#include "tools/credit-service/ledger/holds.hpp"

namespace greentill::credit {

using claim::ChainStanding;

/// A chain of a device, and how far it was processed. docs/chains.md.
struct Chain {
  std::int64_t no = 0;  ///< 0 where it is not stored
  claim::ChainId id{};
  ChainStanding state = ChainStanding::open;
  std::int64_t state_since = 0;
  Reason reason = Reason::none;  ///< why it is held or on probation
  std::uint64_t held_from = 0;   ///< the first seq that is held for that; 0: none
  std::uint32_t assignment = 0;  ///< under which it was begun
  Digest key{};                  ///< the hash of the key that signed its start
  std::uint64_t seq = 0;         ///< of its head; 0: nothing yet
  Digest hash{};                 ///< of the payload of the claim `seq`; zeros at 0
  std::int64_t predecessor = 0;  ///< the number of the chain that its start names, where that is known; else 0
  std::uint64_t predecessor_seq = 0;
  std::optional<std::uint64_t> closed_at;   ///< the last seq that counts
  std::int64_t booked_at = 0;               ///< when its start was decided; 0: it waits
  std::int64_t opened_at = 0;               ///< when it last became the open one; 0: never
  std::int64_t silent_from = 0;             ///< of a probation: hours in which workers took batches count from then
  std::vector<std::uint8_t> contradiction;  ///< the first message that contradicts it; empty: none

  /// The id of one of the chain's claims: the chain's number, and the seq in the lower 40 bits. Requires: a seq below 2^40.
  [[nodiscard]] std::int64_t claim_id(std::uint64_t of_seq) const { return (no << 40) | static_cast<std::int64_t>(of_seq); }
};

/// The number of a claim's chain, and its seq.
[[nodiscard]] constexpr std::int64_t chain_of(std::int64_t claim) { return claim >> 40; }
[[nodiscard]] constexpr std::uint64_t seq_of(std::int64_t claim) {
  return static_cast<std::uint64_t>(claim) & ((std::uint64_t{1} << 40) - 1);
}

/// Consecutive claims of a chain.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// What is kept of a device besides its chains.
struct DeviceBook {
  std::int64_t first_heard = 0;
  std::int64_t last_heard = 0;  ///< to ten seconds
  std::uint64_t change = 0;     ///< the number of the last one that it was told
  /// When the last repair was counted; none: none counts. kRepairFree: the next one is not counted.
  std::optional<std::int64_t> repaired_at;
  std::int64_t quota_claims = 0;  ///< what was left of the quota at quota_at
  std::int64_t quota_bytes = 0;
  std::int64_t quota_at = 0;
};
inline constexpr std::int64_t kRepairFree = -1;

/// What was decided of a claim. `customer`, `programme` and `granted` are set for reductions that were accepted once, also where
/// they are held or duplicates now.
struct Decision {
  Reason reason = Reason::none;            ///< none: accepted
  Holds holds;                             ///< why it is held; those that were lifted are not among them
  Holds lifted;                            ///< what a person has released it from: it is not held for that again
  std::int64_t arrived = 0;                ///< first
  std::int64_t since = 0;                  ///< of the last decision
  std::optional<std::int64_t> refused_at;  ///< the last time; none where the claim is accepted
  std::optional<Digest> certificate;       ///< the x5t under which it was refused; none where it was accepted or names none
  std::optional<std::int64_t> customer;    ///< the account that has the customer's share
  std::optional<std::int64_t> programme;   ///< under which it was accepted
  std::optional<std::int64_t> granted;     ///< mg that stand now
  bool differs = false;                    ///< whether that was another amount than asked for when it was first decided
  friend bool operator==(const Decision&, const Decision&) = default;
};

/// What a receipt says of a claim.
struct Decided {
  std::uint64_t seq = 0;
  Reason reason = Reason::none;         ///< none: accepted
  std::optional<std::int64_t> granted;  ///< as in Decision
  friend bool operator==(const Decided&, const Decided&) = default;
};

/// A claim's payload, and what was decided of it.
struct StoredClaim {
  Decision decision;
  std::vector<std::uint8_t> payload;
};

/// A claim that is not taken where its chain would go on, so that the chain stands still.
struct Standstill {
  claim::ChainId chain{};
  std::uint64_t seq = 0;
  Reason reason = Reason::none;
  Digest certificate{};  ///< the x5t that it names; zero where that cannot be read
  std::int64_t since = 0;
};

/// A batch that was kept aside because an earlier one is missing, or its chain waits.
struct KeptBatch {
  std::int64_t id = 0;
  std::int64_t at = 0;
  std::vector<std::uint8_t> correlation;
  std::vector<std::uint8_t> bytes;
};

/// What a kept batch reaches over, and when it came.
struct Span {
  std::uint64_t first = 0;  ///< the lowest seq in it
  std::uint64_t last = 0;   ///< the highest
  std::int64_t at = 0;
};

/// What stands now of a claim, as its device is told (docs/claim-format.md, "Receipts").
struct ToldChange {
  std::uint64_t number = 0;
  std::int64_t claim = 0;
  claim::Stands standing = claim::Stands::accepted;
  std::int64_t granted_mg = 0;
  Reason reason = Reason::none;
  std::int64_t at = 0;
};

/// An act by its lowest nullifier.
using ActKey = claim::Nullifier;

struct Act {
  std::int64_t holder = 0;     ///< the claim that has it; 0: none
  std::int64_t closed_by = 0;  ///< a reversal that closes it; 0: none
};

/// A claim of an act that is not its holder, or was not once.
struct ActClaim {
  std::uint64_t place = 0;  ///< in the order in which they came
  std::int64_t claim = 0;
};

/// A reversal that is kept with an act, and whom it may take back as the registry was when it came.
struct ActReversal {
  std::int64_t reversal = 0;
  std::string merchant;  ///< for whom its device works
  std::string entitled;  ///< JSON, of the rules'
};

/// What a booking adds to one account. The legs of a booking add up to 0.
struct Leg {
  std::int64_t account = 0;
  std::int64_t mg = 0;
  friend bool operator==(const Leg&, const Leg&) = default;
};

/// Whether an account of that kind is the system's: its balance is kept, and what it is made of is said by the bookings alone. Of
/// all others each leg is kept, by account: they are somebody's, who may ask for them and spend them.
[[nodiscard]] constexpr bool is_system_account(std::string_view kind) {
  return kind == "issuance" || kind == "unattributed" || kind == "operator" || kind == "loss" || kind == "reserved" ||
         kind == "spent" || kind == "budget" || kind == "sponsor" || kind == "paid-out" || kind == "lapsed";
}

/// System accounts are split, so that not everybody waits for one row.
inline constexpr unsigned kSystemAccountSlots = 16;

/// A grant is the first booking of its claim.
enum class BookingKind : std::uint8_t {
  grant = 0,
  taken_back = 1,
  stands_again = 2,
  shortfall = 3,
  spent = 4,    ///< of a spend
  voucher = 5,  ///< of a voucher
  lapsed = 6,   ///< of a purse
};

/// As commands and pages spell it.
[[nodiscard]] constexpr std::string_view to_words(BookingKind kind) {
  switch (kind) {
    case BookingKind::grant: return "granted";
    case BookingKind::taken_back: return "taken-back";
    case BookingKind::stands_again: return "stands-again";
    case BookingKind::shortfall: return "made-up-for";
    case BookingKind::spent: return "spent";
    case BookingKind::voucher: return "voucher";
    case BookingKind::lapsed: return "lapsed";
  }
  return "unknown";
}

/// What a booking is of has one number: a claim its id, above 0; what is none has one below.
inline constexpr std::int64_t kFirstVoucher = std::int64_t{1} << 40;
inline constexpr std::int64_t kFirstLapse = std::int64_t{1} << 41;
[[nodiscard]] constexpr std::int64_t booked_as_spend(std::int64_t no) { return -no; }
[[nodiscard]] constexpr std::int64_t booked_as_voucher(std::int64_t no) { return -(kFirstVoucher + no); }
/// `purse`: whose credit lapsed.
[[nodiscard]] constexpr std::int64_t booked_as_lapse(std::int64_t purse) { return -(kFirstLapse + purse); }
[[nodiscard]] constexpr bool is_spend(std::int64_t booked_as) { return booked_as < 0 && booked_as > -kFirstVoucher; }
[[nodiscard]] constexpr bool is_voucher(std::int64_t booked_as) {
  return booked_as <= -kFirstVoucher && booked_as > -kFirstLapse;
}

struct Booking {
  std::int64_t claim = 0;
  BookingKind kind = BookingKind::grant;
  std::int64_t at = 0;
  std::int64_t spendable_at = 0;
  std::vector<Leg> legs;  ///< add up to 0
};

/// Something to be done at a time, under one key.
enum class WorkStep : std::uint8_t {
  sweep = 0,   ///< a long decision of a person's goes on: a release, a dismissal, a revocation
  decide = 1,  ///< an act that could not be decided for want of a methodology
  screen = 2,  ///< a device's day is over, or much more came for it
  lock = 3,    ///< rides of a lock came so long ago that time settles them
  lapse = 4,   ///< a month began, with which credit lapses
};
struct Work {
  WorkStep step = WorkStep::sweep;
  std::string key;  ///< a device, an act, or a lock; of lapsing a word
  std::int64_t no = 0;
  std::vector<std::uint8_t> what;
  std::int64_t due = 0;
};

/// How many claims are held for the same reasons.
struct HeldCount {
  Holds holds;
  std::uint64_t claims = 0;
  std::int64_t oldest = 0;  ///< when the first of them arrived
};

}  // namespace greentill::credit
