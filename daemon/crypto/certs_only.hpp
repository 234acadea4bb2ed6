// SPDX-License-Identifier: Apache-2.0
// Certificates in a PKCS #7 message that is signed by nobody, as EST answers (RFC 7030, 4.1.3; RFC 5652, 5). Threads: pure
// function.
#pragma once

#include <vector>

#include "daemon/crypto/certificate.hpp"

namespace greentill::crypto {

/// The message in DER, with the certificates in their order.
Result<std::vector<std::uint8_t>> certs_only(const std::vector<Certificate>& certificates);

}  // namespace greentill::crypto
