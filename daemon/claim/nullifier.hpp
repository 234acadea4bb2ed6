// SPDX-License-Identifier: Apache-2.0
// What is derived from an outside event: the nullifier under which an act can be claimed only once, the id of a partial reversal,
// and hashes.
// docs/claim-format.md, "Nullifier". Threads: pure functions.
#pragma once

#include "daemon/claim/claim.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::claim {

/// HMAC-SHA-256 under the programme key over deterministic CBOR [group, issuer, event id, line].
/// `group` is the exclusive group or, without one, the activity; `line` is 0 for an act of the whole event, else its line number.
[[nodiscard]] Nullifier make_nullifier(const Hasher& hasher, ByteView programme_key, std::uint64_t key_version,
                                       std::string_view group, std::string_view issuer, std::string_view event_id,
                                       std::uint64_t line);

/// The claim id of a reversal of part of a claim. It is the same wherever and whenever the event behind it is reported, so that
/// the service takes it back only once. It is the first 16 bytes of HMAC-SHA-256 under the programme key over deterministic CBOR
/// ["reversal", nullifier, cause, activity, by line]: `cause` is the event's hash, `activity` the one that came back; `by line`
/// is 1 where the event names what it takes back, by its line or as a whole event, and 0 where it was found by its activity.
[[nodiscard]] ClaimId make_reversal_id(const Hasher& hasher, ByteView programme_key, const Digest& nullifier,
                                       const EventHash& cause, std::string_view activity, bool by_line);

/// The first 16 bytes of SHA-256 over the issuer's length in one byte, the issuer and the event id. Requires: an issuer of at
/// most 255 bytes.
[[nodiscard]] EventHash make_event_hash(const Hasher& hasher, std::string_view issuer, std::string_view event_id);

/// SHA-256(salt ‖ account token).
[[nodiscard]] Digest account_hash(const Hasher& hasher, const AccountHint& account);

}  // namespace greentill::claim
