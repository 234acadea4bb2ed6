// SPDX-License-Identifier: Apache-2.0
// The files of tests/vectors/claim, and who signs what is in them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/mbedtls_crypto.hpp"
#include "tests/unit/claim/vectors.hpp"

namespace greentill::test {

using VectorJson = nlohmann::ordered_json;

/// A file's content. Throws where it cannot be read.
std::string vector_file(const std::string& name);
VectorJson read_vectors(const std::string& name);

/// Holds the file to `document`, or with GREENTILL_WRITE_VECTORS=1 writes it anew.
void check_vector_file(const std::string& name, const VectorJson& document);

/// mbedTLS signs them: its RFC 6979 nonces make the signatures the same each time. The daemon's own OpenSSL verifies them.
class VectorKeys {
 public:
  VectorKeys();
  /// "device" or "service", whose key and certificate lie among the files.
  [[nodiscard]] static std::string signer_of(claim::MessageType type);
  [[nodiscard]] Buffer sign(const Vector& vector);
  [[nodiscard]] Digest thumbprint(claim::MessageType type);

 private:
  [[nodiscard]] MbedtlsSigner& signer(claim::MessageType type) { return type == claim::MessageType::claim ? device_ : service_; }

  MbedtlsSigner device_;
  MbedtlsSigner service_;
};

/// SHA-256 of the SubjectPublicKeyInfo of "device" or "service".
Digest vector_key_hash(const std::string& signer);

/// What is derived from roots, acts, refunds, accounts and keys, with what it is derived from: derived.json.
VectorJson derived_vectors();

}  // namespace greentill::test
