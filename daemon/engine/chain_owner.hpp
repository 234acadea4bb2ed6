// SPDX-License-Identifier: Apache-2.0
// A chain has one device and one key for its whole life (docs/claim-format.md, "Chains"). Threads: one.
#pragma once

#include "daemon/base/error.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// Whose the chain in force is.
enum class ChainOwner : std::uint8_t {
  this_key,    ///< or nobody's: the store has no chain. A renewed certificate of the same key is this key
  former_key,  ///< this unit's, under the key that it had before
  other_unit,  ///< the device's, under a key that this unit never had: another unit went before it
};

/// By the last claim of the chain in force. `former`: the key that this unit had before; null: not known. invalid where the chain
/// is another device's: nothing may begin behind it. corrupt where that claim is missing or cannot be read.
Result<ChainOwner> chain_owner(outbox::Reader& reader, identity::DeviceIdentity& identity, identity::DeviceIdentity* former);

}  // namespace greentill::engine
