// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/chain.hpp"

namespace greentill::claim {

LinkFault check_link(const ChainHead& head, const Claim& claim) {
  if (claim.chain != head.chain) return LinkFault::other_chain;
  if (claim.seq <= head.seq) return LinkFault::already_there;
  if (claim.seq != head.seq + 1) return LinkFault::ahead;
  const bool is_start = std::get_if<Start>(&claim.entry) != nullptr;
  if (is_start != (claim.seq == 1)) return LinkFault::no_start;
  return claim.prev == head.payload_hash ? LinkFault::none : LinkFault::broken;
}

void advance(ChainHead& head, const Hasher& hasher, ByteView payload) {
  ++head.seq;
  head.payload_hash = hasher.sha256({payload});
}

}  // namespace greentill::claim
