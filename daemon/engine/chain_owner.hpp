// SPDX-License-Identifier: Apache-2.0
// A chain has one device and one key for its whole life (docs/claim-format.md, "Chains").
#pragma once

#include "daemon/base/error.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// invalid where the last claim of the chain in force was signed by another device or with another key: the daemon must not go on
/// with that chain. A renewed certificate of the same key is accepted, and so is a store without a chain. corrupt where that
/// claim is missing or cannot be read.
Status check_chain_owner(outbox::Reader& reader, identity::DeviceIdentity& identity);

}  // namespace greentill::engine
