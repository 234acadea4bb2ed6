// SPDX-License-Identifier: Apache-2.0
// A chain has one device and one key for its whole life (docs/claim-format.md, "Chains").
#pragma once

#include "daemon/base/error.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// Refuses to go on with a chain whose last claim another device or another key signed. A renewed certificate of the same key is
/// welcome, and so is a store without a chain.
Status check_chain_owner(outbox::Reader& reader, identity::DeviceIdentity& identity);

}  // namespace greentill::engine
