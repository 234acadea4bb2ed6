// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/fingerprint.hpp"

#include <algorithm>

#include "daemon/base/base32.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"

namespace greentill::crypto {
namespace {

constexpr std::size_t kShownBytes = 20;

}  // namespace

std::string fingerprint_of(const Digest& digest) { return in_fours(to_base32(ByteView(digest).first(kShownBytes))); }

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
