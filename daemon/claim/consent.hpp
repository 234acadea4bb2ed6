// SPDX-License-Identifier: Apache-2.0
// The consent (message type 65007): the operator's word that a device goes on with another key, and how far the one before is
// good. docs/claim-format.md, "Consent". Threads: pure functions.
#pragma once

#include "daemon/claim/claim.hpp"

namespace greentill::claim {

struct Consent {
  std::string_view device;  ///< id alone
  std::int64_t given_at = 0;
  Digest key{};  ///< SHA-256 of the new key's SubjectPublicKeyInfo
  /// Where the old key's chain ends; zeros and 0 where the ledger has none.
  ChainId chain{};
  std::uint64_t last_seq = 0;
  Digest payload_hash{};
};

/// Writes a consent's payload and returns its length.
Result<std::size_t, Fault> encode_consent(const Consent& consent, MutableBytes out);

/// Reads a consent's payload; faults as of parse_payload(). The consent points into `payload`.
Result<Consent, Fault> parse_consent(ByteView payload);

}  // namespace greentill::claim
