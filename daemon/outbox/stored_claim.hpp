// SPDX-License-Identifier: Apache-2.0
// Opens the message of a stored claim.
#pragma once

#include "daemon/base/error.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::outbox {

struct OpenedClaim {
  claim::Message message;
  claim::Claim claim;
};

/// The claim with that seq from its stored message; corrupt where it cannot be read. The signature is not checked. Lifetime:
/// views point into `message`.
Result<OpenedClaim> open_claim(std::uint64_t seq, ByteView message);

}  // namespace greentill::outbox
