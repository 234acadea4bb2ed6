// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::outbox {

Result<OpenedClaim> open_claim(std::uint64_t seq, ByteView message) {
  const auto damaged = [seq](const claim::Fault& fault) {
    return fail(ErrorCode::corrupt, "outbox: the stored claim " + std::to_string(seq) + " is damaged at byte " +
                                        std::to_string(fault.offset) + ": " + fault.reason);
  };
  const auto read = claim::parse_message(message, claim::MessageType::claim);
  if (!read) return damaged(read.error());
  const auto claim = claim::parse_payload(read->payload);
  if (!claim) return damaged(claim.error());
  return OpenedClaim{*read, *claim};
}

Result<std::optional<LatestClaim>> latest_claim(Reader& reader, ClaimPlace place) {
  for (;;) {
    auto stored = reader.claim(place.chain, place.seq);
    if (!stored) return Failure{stored.error()};
    if (!*stored) return std::optional<LatestClaim>();
    if (!(*stored)->anew) return std::optional(LatestClaim{place, std::move(**stored)});
    place = *(*stored)->anew;
  }
}

}  // namespace greentill::outbox
