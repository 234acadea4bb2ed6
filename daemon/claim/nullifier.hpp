// SPDX-License-Identifier: Apache-2.0
// What is derived from an outside event: the nullifier under which an act can be claimed only once, the id of a partial reversal,
// and hashes; and the keys of an issuer root that they are made under. docs/claim-format.md, "Nullifier". Threads: pure
// functions.
#pragma once

#include "daemon/claim/claim.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::claim {

using RootKey = Bytes<32>;

/// k of a root and key version: what its devices make nullifiers with. HMAC-SHA-256 under the programme's key over deterministic
/// CBOR ["nullifier", root, version].
[[nodiscard]] RootKey make_root_key(const Hasher& hasher, ByteView programme_key, std::uint32_t root, std::uint32_t version);

/// r of a root: what its devices make ids of partial reversals with; no version changes it. Likewise over ["reversal", root].
[[nodiscard]] RootKey make_reversal_key(const Hasher& hasher, ByteView programme_key, std::uint32_t root);

/// An act's name in the outside world. `group`: the exclusive group or, without one, the activity. `issuer` begins with the
/// root's name and a slash. `line`: 0 for an act of the whole event, else its line number.
struct ActName {
  std::string_view group;
  std::string_view issuer;
  std::string_view event;
  std::uint64_t line = 0;
};

/// HMAC-SHA-256 under a root's key over deterministic CBOR [group, issuer, event, line].
[[nodiscard]] Nullifier make_nullifier(const Hasher& hasher, ByteView root_key, std::uint32_t root, std::uint32_t key_version,
                                       const ActName& act);

/// The claim id of a reversal of part of an act. It is the same wherever and whenever the event behind it is reported, so that
/// the service takes it back only once. It is the first 16 bytes of HMAC-SHA-256 under the root's reversal key over deterministic
/// CBOR [group, issuer, event, line, cause, by line]: the first four are the act's, `cause` is the hash of the event that takes
/// it back; `by line` is 1 where that event names what it takes back, by its line or as a whole event, and 0 where it was found
/// by its activity.
[[nodiscard]] ClaimId make_reversal_id(const Hasher& hasher, ByteView reversal_key, const ActName& act, const EventHash& cause,
                                       bool by_line);

/// The first 16 bytes of SHA-256 over the issuer's length in one byte, the issuer and the event id. Requires: an issuer of at
/// most 255 bytes.
[[nodiscard]] EventHash make_event_hash(const Hasher& hasher, std::string_view issuer, std::string_view event_id);

/// SHA-256(salt ‖ account token).
[[nodiscard]] Digest account_hash(const Hasher& hasher, const AccountHint& account);

}  // namespace greentill::claim
