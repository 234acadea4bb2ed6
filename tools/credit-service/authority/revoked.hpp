// SPDX-License-Identifier: Apache-2.0
// Which certificates an authority's list names, by the registry. docs/enrolment.md, "Lists of revoked certificates".
// Threads: pure function.
#pragma once

#include <vector>

#include "daemon/crypto/issuer.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

/// Those of revoked keys, of keys that were replaced, and of devices that are revoked or retired, unless they expired before
/// `now`. Whoever issued them. Errors: those of the store, and corrupt where a certificate cannot be read.
Result<std::vector<crypto::RevokedCertificate>> revoked_by_registry(RegistryReader& registry, std::int64_t now);

}  // namespace greentill::credit
