// SPDX-License-Identifier: Apache-2.0
// Private to tools/openssl-crypto.
#pragma once

#include "tools/openssl-crypto/openssl_crypto.hpp"

namespace greentill::openssl {

/// Requires: a key on P-256.
Result<std::unique_ptr<claim::Verifier>> verifier_of(std::shared_ptr<evp_pkey_st> key);

bool is_p256(const evp_pkey_st* key);

}  // namespace greentill::openssl
