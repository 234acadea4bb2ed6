// SPDX-License-Identifier: Apache-2.0
// The signature over a claim or a receipt, and the message that carries it. Nothing allocates or throws.
#pragma once

#include <optional>

#include "daemon/claim/message.hpp"

namespace greentill::claim {

/// Writes the whole signed message and returns its length. Nothing is signed that does not fit its format or `out`. A fault of
/// kind `signing` where the key cannot be used now. `account` may be given for claims only.
Result<std::size_t, Fault> sign_message(const Hasher& hasher, Signer& signer, MessageType type,
                                        const std::optional<AccountHint>& account, ByteView payload, MutableBytes out);

}  // namespace greentill::claim
