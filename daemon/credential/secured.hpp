// SPDX-License-Identifier: Apache-2.0
// A W3C verifiable credential secured with COSE (application/vc+cose): a tagged COSE_Sign1 (RFC 9052, tag 18) whose payload is
// the credential's JSON, with the protected header { alg: ES256, content type: application/vc, typ: application/vc+cose, x5t }
// and the signer's certificates (x5chain, RFC 9360) outside of what is signed. docs/tree-certificate.md, "The message". Views
// point into the caller's buffer. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"

namespace greentill::credential {

/// What a reader takes at most. The longest list of states fits.
inline constexpr std::size_t kMaxSecuredBytes = std::size_t{2} << 20;
inline constexpr std::size_t kMaxChain = 4;                ///< certificates
inline constexpr std::size_t kMaxCertificateBytes = 4096;  ///< of one, in DER

struct Secured {
  Digest thumbprint{};          ///< SHA-256 of the signer's certificate
  std::vector<ByteView> chain;  ///< DER, the signer's first; empty: the message brings none
  ByteView payload;             ///< JSON, not looked at
  claim::Signature signature{};
  ByteView whole;  ///< the message's own bytes
};

/// Reads the message at the front of a sequence (RFC 8742) and moves `sequence` behind it. invalid, with the place, where it is
/// none; then `sequence` does not change. The signature is not checked.
Result<Secured> take_secured(ByteView& sequence);
/// Reads one that fills the bytes.
Result<Secured> parse_secured(ByteView bytes);

/// What ES256 signs: SHA-256 of the Sig_structure (RFC 9052, 4.4).
[[nodiscard]] Digest digest_to_sign(const claim::Hasher& hasher, const Digest& thumbprint, ByteView payload);

/// The whole message. Requires: a chain and a payload within the bounds above.
[[nodiscard]] std::string encode_secured(const Digest& thumbprint, const std::vector<ByteView>& chain, ByteView payload,
                                         const claim::Signature& signature);

}  // namespace greentill::credential
