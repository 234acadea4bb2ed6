// SPDX-License-Identifier: Apache-2.0
// What an EST server's answers say (RFC 7030, 4.1.3 and 4.2.3), and whether a device may take the certificate in one. The bytes
// are a stranger's. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/crypto/csr_attributes.hpp"

namespace greentill::enrol {

/// The certificates of a body: a PKCS #7 message without a signature, in base64 with line ends or without, between PEM's lines or
/// without, or as its bare bytes. invalid where it is none.
Result<std::vector<crypto::CertificateDer>> read_certificates(std::string_view body);

/// What a body of "csrattrs" asks requests for, in base64 likewise, or as its bare bytes. Errors of
/// crypto::read_csr_attributes().
Result<crypto::RequestTerms> read_attributes(std::string_view body);

/// What the fingerprint of a set of trust anchors is made of; docs/identity.md, "The fingerprint".
[[nodiscard]] Digest digest_of(const std::vector<crypto::CertificateDer>& anchors);

/// Whose certificate is expected.
struct Expected {
  std::string device;                       ///< the certificate's common name
  Digest key_hash{};                        ///< of our public key; Certificate::key_hash()
  std::string anchors;                      ///< PEM: who may have issued it
  std::optional<std::int64_t> server_time;  ///< what the server's clock shows; none: no dates are judged
};

/// A certificate that the device may use.
struct Taken {
  crypto::Certificate certificate;  ///< with its issuers
  std::string pem;                  ///< it, its issuers' behind it, the anchors left out
};

/// The certificate of the answer that is for our key, checked: its device, usages, path to the anchors and, by the server's
/// clock, its dates. denied where it may not be used, with what is wrong and who has to mend it.
Result<Taken> take_certificate(const std::vector<crypto::CertificateDer>& answered, const Expected& expected);

}  // namespace greentill::enrol
