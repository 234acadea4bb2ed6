// SPDX-License-Identifier: Apache-2.0
// ES256 under a public key of mbedTLS's. Private to daemon/identity.
#pragma once

#include <mbedtls/ecdsa.h>

#include "daemon/claim/crypto.hpp"
#include "daemon/identity/certificate.hpp"

namespace greentill::identity {

/// The key must outlive it.
class EcdsaVerifier final : public claim::Verifier {
 public:
  explicit EcdsaVerifier(mbedtls_ecp_keypair& key) : key_(key) {}

  [[nodiscard]] bool verify(const Digest& digest, const claim::Signature& signature) noexcept override {
    Number r;
    Number s;
    return mbedtls_mpi_read_binary(r.get(), signature.data(), 32) == 0 &&
           mbedtls_mpi_read_binary(s.get(), signature.data() + 32, 32) == 0 &&
           mbedtls_ecdsa_verify(&key_.grp, digest.data(), digest.size(), &key_.Q, r.get(), s.get()) == 0;
  }

 private:
  mbedtls_ecp_keypair& key_;
};

}  // namespace greentill::identity
