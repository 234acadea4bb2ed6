// SPDX-License-Identifier: Apache-2.0
// SHA-256 and HMAC-SHA-256 on OpenSSL: the hashing half of daemon/claim's crypto port.
// Threads: const calls run concurrently.
#pragma once

#include "daemon/claim/crypto.hpp"

namespace greentill::crypto {

/// Stops the program where OpenSSL has no SHA-256. Intermediate values that depend on a key are wiped before a call returns.
class Hasher final : public claim::Hasher {
 public:
  [[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts) const noexcept override;
  [[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept override;
};

/// The hasher of this process. It has no state.
const Hasher& hasher();

}  // namespace greentill::crypto
