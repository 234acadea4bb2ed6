// SPDX-License-Identifier: Apache-2.0
// The claim (message type 65001): a CWT whose body is one link of a device's chain. docs/claim-format.md is the byte-level
// specification, also of the fields below. A Claim is a view: texts and byte strings point into memory of the caller's, which
// must outlive it. Nothing here allocates or throws. Threads: pure functions, safe from any thread.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "daemon/base/bytes.hpp"
#include "daemon/base/result.hpp"
#include "daemon/claim/fault.hpp"

namespace greentill::claim {

inline constexpr std::size_t kMaxClaimBytes = 1024;  ///< a whole claim message
inline constexpr std::size_t kMaxTextBytes = 32;     ///< every text of a claim's body
inline constexpr std::size_t kMaxDeviceIdBytes = 40;
inline constexpr std::size_t kMaxEvidenceBytes = 448;
inline constexpr std::size_t kMaxQuantities = 8;
inline constexpr std::size_t kMaxConsentBytes = 512;
inline constexpr std::size_t kMaxNullifiers = 2;          ///< of a reduction
inline constexpr std::size_t kMaxReversalNullifiers = 4;  ///< of a reversal
inline constexpr std::string_view kIssuerPrefix = "urn:greentill:device:";

using ClaimId = Bytes<16>;
using EventHash = Bytes<16>;  ///< of an outside event; see make_event_hash()
using ChainId = Bytes<8>;
using Salt = Bytes<16>;

/// An amount in a base unit; `unit` says where it was read: "m.odometer", "m.track", "m.stations", "s", "Wh", "g", "pieces".
struct Quantity {
  std::string_view unit;
  std::int64_t value = 0;
};
/// In any order when encoding (the writer sorts by encoded key); no unit twice. In key order after parsing.
using Quantities = FixedVector<Quantity, kMaxQuantities>;

/// The methodology that the amounts were computed by.
struct MethodologyRef {
  std::string_view id;
  std::uint64_t version = 0;
  Digest sha256{};  ///< of the file's exact bytes
};

/// Who earned it. `account`: the hash is SHA-256(salt ‖ account token); salt and token travel in the message's unprotected
/// header. `bearer`: it is SHA-256 of a 128-bit secret printed for the customer.
struct Attribution {
  enum class Kind : std::uint8_t { none = 0, account = 1, bearer = 2 };
  Kind kind = Kind::none;
  Digest hash{};  ///< unused for none
};

/// The keyed hash by which two claims for one act are recognised, with the issuer root under which it was made and the version of
/// that root's key, both from 1. Two are the same only where all three are. They are ordered as by their encoding's parts:
/// version, root, hash.
struct Nullifier {
  std::uint32_t key_version = 0;
  std::uint32_t root = 0;
  Digest mac{};
  friend auto operator<=>(const Nullifier&, const Nullifier&) = default;
};
/// All of one root, the versions rising. A reduction has one, or two around a change of its root's version; a reversal up to
/// four.
using Nullifiers = FixedVector<Nullifier, kMaxReversalNullifiers>;

/// Another device's signed statement, or its SHA-256.
struct Evidence {
  enum class Kind : std::uint8_t { embedded = 0, hashed = 1 };
  Kind kind = Kind::hashed;
  ByteView bytes;  ///< 1 to 448 bytes embedded, 32 hashed
};

/// The entry for an act that spares carbon. Times are Unix seconds, amounts mg of CO2e.
struct Reduction {
  std::int64_t begin = 0;  ///< Unix seconds
  std::int64_t end = 0;    ///< not before begin
  std::string_view activity;
  Quantities quantities;  ///< at least one
  MethodologyRef methodology;
  std::int64_t estimate_mg = 0;  ///< the best estimate of what the act spares
  std::int64_t credited_mg = 0;  ///< its cautious end, which the claim asks for
  Attribution attribution;
  Nullifiers nullifiers;  ///< at most kMaxNullifiers
  std::string_view plugin_name;
  std::string_view plugin_version;
  std::optional<Evidence> evidence;
  std::optional<ClaimId> replaces;  ///< a claim that was refused for ever
};

/// The till's refund, a trip that was cancelled, or the merchant's correction.
enum class ReversalReason : std::uint8_t { refund = 0, cancelled = 1, correction = 2 };

/// The entry that takes a reduction back, in whole or part. It may come before the reduction.
struct Reversal {
  Nullifiers nullifiers;         ///< of the act that it takes back
  std::optional<ClaimId> claim;  ///< the reduction, where it is known; none: whichever holds the act
  ReversalReason reason = ReversalReason::refund;
  Quantities taken_back;  ///< what is taken back, none negative; empty: all of it
};

/// The entry that declares claims of a chain lost.
struct Gap {
  ChainId chain{};
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string_view cause;
};

/// Why a chain begins.
enum class StartReason : std::uint8_t {
  new_chain = 0,
  new_key = 1,
  recovered_store = 2,
  replaced_device = 3,   ///< another unit goes on under the device's id, with a new key
  store_went_back = 4,   ///< the ledger knows more of the last chain than the store, or something else
  other_assignment = 5,  ///< the device works for another merchant, site or roots from now on
};

/// The end of the chain before this one.
struct Predecessor {
  std::string_view device;
  ChainId chain{};
  std::uint64_t last_seq = 0;
  Digest payload_hash{};
};

/// The entry that begins a chain: seq 1, and never any other.
struct Start {
  StartReason reason = StartReason::new_chain;
  std::optional<Predecessor> predecessor;
  ByteView consent;              ///< the operator's signed consent for a new key (type 65007), or empty
  std::uint32_t assignment = 0;  ///< under which the chain is made, from 1
};

using Entry = std::variant<Reduction, Reversal, Gap, Start>;

/// What the device's clock was worth when the claim was made.
enum class ClockState : std::uint8_t { synchronised = 0, free_running = 1, never_set = 2 };

/// One claim. docs/claim-format.md names the limits of each field.
struct Claim {
  std::string_view device;     ///< id alone, without kIssuerPrefix
  std::int64_t issued_at = 0;  ///< Unix seconds
  ClaimId id{};
  std::uint64_t seq = 0;  ///< from 1
  Digest prev{};          ///< SHA-256 of the previous payload; zeros for the first
  ClockState clock = ClockState::synchronised;
  std::uint64_t boot = 0;      ///< how often the device was started
  std::uint64_t uptime_s = 0;  ///< since that start
  std::string_view merchant;
  std::string_view site;
  Entry entry;
  ChainId chain{};
};

/// Whether a device id is 1 to 40 of [a-z0-9-].
[[nodiscard]] bool is_device_id(std::string_view text);

/// Writes the CWT claims set (the COSE payload) into `out` and returns its length. malformed where a field breaks its limits,
/// no_room where `out` is too small; what `out` holds then is unspecified. `out` must not overlap what the claim points into.
Result<std::size_t, Fault> encode_payload(const Claim& claim, MutableBytes out);

/// Reads a payload, whichever implementation wrote it. malformed where it is not deterministic, not complete, out of range, or
/// followed by anything; unsupported where a newer version may have written it (an unknown entry or key), so that trying later
/// may help. The claim points into `payload`. Signatures and chains are not checked here.
Result<Claim, Fault> parse_payload(ByteView payload);

}  // namespace greentill::claim
