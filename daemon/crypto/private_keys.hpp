// SPDX-License-Identifier: Apache-2.0
// Private to daemon/crypto: private keys as OpenSSL's objects.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/crypto/certificate.hpp"

namespace greentill::crypto {

/// PEM or DER, PKCS #8 or SEC 1, unencrypted, on P-256, and the certificate's; invalid where it is not. `certificate`: its owner;
/// null: whoever's.
Result<std::shared_ptr<evp_pkey_st>> read_private_key(std::string_view text, x509_st* certificate);

}  // namespace greentill::crypto
