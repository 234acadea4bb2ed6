// SPDX-License-Identifier: Apache-2.0
// Opens the message of a stored claim.
#pragma once

#include "daemon/base/error.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::outbox {

struct OpenedClaim {
  claim::Message message;
  claim::Claim claim;
};

/// The claim with that seq from its stored message; corrupt where it cannot be read. The signature is not checked. Lifetime:
/// views point into `message`.
Result<OpenedClaim> open_claim(std::uint64_t seq, ByteView message);

/// A claim at its latest place.
struct LatestClaim {
  ClaimPlace place;
  StoredClaim claim;
};

/// The claim that stands in that place, or the one that was made in its place, however often. Nothing where it is not stored.
Result<std::optional<LatestClaim>> latest_claim(Reader& reader, ClaimPlace place);

}  // namespace greentill::outbox
