// SPDX-License-Identifier: Apache-2.0
// For targets that read what is named by its digest: the digest is not under test there.
#pragma once

#include "daemon/claim/crypto.hpp"

namespace greentill::fuzz {

class NoHasher final : public claim::Hasher {
 public:
  [[nodiscard]] Digest sha256(std::initializer_list<ByteView>) const noexcept override { return {}; }
  [[nodiscard]] Digest hmac_sha256(ByteView, std::initializer_list<ByteView>) const noexcept override { return {}; }
};

}  // namespace greentill::fuzz
