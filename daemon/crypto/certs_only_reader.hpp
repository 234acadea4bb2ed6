// SPDX-License-Identifier: Apache-2.0
// Reads what an EST server answers: certificates in a PKCS #7 message that is signed by nobody (RFC 7030, 4.1.3; RFC 5652, 5.1).
// The bytes are a stranger's. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::crypto {

/// A certificate's bytes.
using CertificateDer = std::vector<std::uint8_t>;

/// More certificates than any authority has in its answer are refused.
inline constexpr std::size_t kMostCertificates = 16;

/// The certificates of the message, at least one, in its order. invalid where the bytes are no such message, bytes follow it, or
/// it has more than kMostCertificates.
Result<std::vector<CertificateDer>> read_certs_only(ByteView message);

/// All of them in PEM, in their order. invalid where one is no certificate.
Result<std::string> pem_of_all(const std::vector<CertificateDer>& certificates);
/// The bytes of every certificate of a PEM text, at least one.
Result<std::vector<CertificateDer>> ders_of(std::string_view pem);

}  // namespace greentill::crypto
