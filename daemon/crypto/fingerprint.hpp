// SPDX-License-Identifier: Apache-2.0
// Fingerprints that people compare and type: 160 bits of a SHA-256 in 32 base32 digits, "7K2M-9QXW-…". docs/enrolment.md.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/claim/crypto.hpp"

namespace greentill::crypto {

/// The first bytes of a digest, which people compare.
using FingerprintBytes = Bytes<20>;

[[nodiscard]] FingerprintBytes fingerprint_bytes(const Digest& digest);

/// The first 20 bytes, in groups of four digits.
[[nodiscard]] std::string fingerprint_of(const Digest& digest);
[[nodiscard]] std::string fingerprint_of(const FingerprintBytes& bytes);

/// What somebody typed, in the forms of is_fingerprint(); nothing where it is none.
[[nodiscard]] std::optional<FingerprintBytes> read_fingerprint(std::string_view typed);

/// Whether what somebody typed is that fingerprint; in either case of letters, with or without hyphens and spaces, and likewise
/// the whole digest in 64 hexadecimal digits.
[[nodiscard]] bool is_fingerprint(std::string_view typed, const Digest& digest);

/// What stands for a set of certificates: SHA-256 of their thumbprints in ascending order, each once. One more, one less or
/// another certificate makes another digest; their order does not matter.
[[nodiscard]] Digest digest_of_set(std::vector<Digest> thumbprints, const claim::Hasher& hasher);

}  // namespace greentill::crypto
