// SPDX-License-Identifier: Apache-2.0
// An act's key as it is stored: root, version and mac of its lowest nullifier, in deterministic CBOR. Threads: pure functions.
#pragma once

#include <optional>
#include <vector>

#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

[[nodiscard]] std::vector<std::uint8_t> encode_act(const ActKey& key);
/// Nothing where the bytes are no act's.
[[nodiscard]] std::optional<ActKey> decode_act(ByteView bytes);

}  // namespace greentill::credit
