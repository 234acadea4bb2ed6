// SPDX-License-Identifier: Apache-2.0
// The chain of payloads that a device's claims make.
#pragma once

#include "daemon/claim/claim.hpp"
#include "daemon/claim/crypto.hpp"

namespace greentill::claim {

/// Where a chain stands. seq 0 and a zero hash: it has no claim yet.
struct ChainHead {
  ChainId chain{};
  std::uint64_t seq = 0;
  Digest payload_hash{};
};

enum class LinkFault : std::uint8_t {
  none,
  other_chain,    ///< the claim names another chain id
  already_there,  ///< seq at or below the head
  ahead,          ///< seq beyond the next one: something is missing in between
  broken,         ///< the next seq, but prev is not the head's hash: a fork or a forgery
  no_start,       ///< seq 1 that is not a `start`, or a `start` anywhere else
};

/// Whether the claim is the next link after the head.
[[nodiscard]] LinkFault check_link(const ChainHead& head, const Claim& claim);

/// Moves the head onto the payload of its next link. Requires: check_link said none.
void advance(ChainHead& head, const Hasher& hasher, ByteView payload);

}  // namespace greentill::claim
