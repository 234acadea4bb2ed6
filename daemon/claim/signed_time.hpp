// SPDX-License-Identifier: Apache-2.0
// A signed time (message type 65005): what a service's clock showed when it was asked with a nonce. docs/claim-format.md, "Time".
// Threads: pure functions.
#pragma once

#include "daemon/claim/claim.hpp"

namespace greentill::claim {

/// What was asked with: whoever asks draws it anew each time, so that no answer of another time is taken for this one's.
using Nonce = Bytes<16>;

struct SignedTime {
  Nonce nonce{};
  std::int64_t unix_seconds = 0;
};

/// Writes a time's payload and returns its length.
Result<std::size_t, Fault> encode_time(const SignedTime& time, MutableBytes out);

/// Reads a time's payload; faults as of parse_payload().
Result<SignedTime, Fault> parse_time(ByteView payload);

}  // namespace greentill::claim
