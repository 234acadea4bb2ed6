// SPDX-License-Identifier: Apache-2.0
// The verifying half of daemon/claim's crypto port on OpenSSL, for a bare key; certificate.hpp has it for a certificate's.
// Threads: pure functions; a verifier by one thread.
#pragma once

#include <memory>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"

struct evp_pkey_st;

namespace greentill::crypto {

/// A verifier for a P-256 point written as 0x04 ‖ x ‖ y, 65 bytes; invalid where it is not on the curve.
Result<std::unique_ptr<claim::Verifier>> verifier_from_point(ByteView uncompressed);

/// Requires: a key on P-256.
Result<std::unique_ptr<claim::Verifier>> verifier_of(std::shared_ptr<evp_pkey_st> key);

}  // namespace greentill::crypto
