// SPDX-License-Identifier: Apache-2.0
// What a stored message says.
#pragma once

#include "daemon/base/error.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::outbox {

struct OpenedClaim {
  claim::Message message;
  claim::Claim claim;
};

/// The claim of that seq out of its message as it was stored; corrupt where it cannot be read. The signature is not checked.
/// Lifetime: views point into `message`.
Result<OpenedClaim> open_claim(std::uint64_t seq, ByteView message);

}  // namespace greentill::outbox
