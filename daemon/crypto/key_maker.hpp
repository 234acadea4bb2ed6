// SPDX-License-Identifier: Apache-2.0
// A device's own P-256 key, made on the device, and the request for its first certificate (RFC 2986). Threads: pure functions but
// for the random numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/csr_attributes.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::crypto {

/// A new private key, unencrypted PKCS #8 in PEM. Its number is drawn from `random` alone, by testing candidates (FIPS 186-5,
/// A.2.2), and never leaves the secure heap. bug where OpenSSL refuses.
Result<Secret> make_device_key(Random& random);

/// SHA-256 of the public key's SubjectPublicKeyInfo, as Certificate::key_hash(). `key`: as Signer::from() takes it; invalid where
/// it cannot be read.
Result<Digest> key_hash_of(std::string_view key);

/// A request, DER, for the key under that common name, signed with the key. invalid where the key or the terms' extensions cannot
/// be read.
Result<std::vector<std::uint8_t>> make_request(std::string_view key, const std::string& common_name,
                                               const RequestTerms& terms = {});

}  // namespace greentill::crypto
