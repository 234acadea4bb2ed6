// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/fingerprint.hpp"

#include <algorithm>

#include "daemon/base/base32.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"

namespace greentill::crypto {
namespace {

constexpr std::size_t kShownBytes = sizeof(FingerprintBytes);

}  // namespace

FingerprintBytes fingerprint_bytes(const Digest& digest) {
  FingerprintBytes bytes{};
  std::copy_n(digest.begin(), kShownBytes, bytes.begin());
  return bytes;
}

std::string fingerprint_of(const Digest& digest) { return fingerprint_of(fingerprint_bytes(digest)); }

std::string fingerprint_of(const FingerprintBytes& bytes) { return in_fours(to_base32(bytes)); }

std::optional<FingerprintBytes> read_fingerprint(std::string_view typed) {
  typed = trimmed(typed);
  const bool is_hexadecimal = typed.size() == 2 * sizeof(Digest);
  const auto digits = is_hexadecimal ? std::optional<std::string>(typed) : plain_base32(typed);
  const auto bytes = !digits ? std::nullopt : is_hexadecimal ? from_hex(lower_case(*digits)) : from_base32(*digits);
  if (!bytes || bytes->size() != (is_hexadecimal ? sizeof(Digest) : kShownBytes)) return std::nullopt;
  FingerprintBytes read{};
  std::copy_n(bytes->begin(), kShownBytes, read.begin());
  return read;
}

bool is_fingerprint(std::string_view typed, const Digest& digest) {
  typed = trimmed(typed);
  if (lower_case(typed) == to_hex(digest)) return true;
  const auto digits = plain_base32(typed);
  return digits && *digits == to_base32(ByteView(digest).first(kShownBytes));
}

Digest digest_of_set(std::vector<Digest> thumbprints, const claim::Hasher& hasher) {
  std::ranges::sort(thumbprints);
  thumbprints.erase(std::unique(thumbprints.begin(), thumbprints.end()), thumbprints.end());
  std::vector<std::uint8_t> all;
  for (const Digest& one : thumbprints) all.insert(all.end(), one.begin(), one.end());
  return hasher.sha256({all});
}

}  // namespace greentill::crypto
