// SPDX-License-Identifier: Apache-2.0
// Secrets encrypted under one wrapping key (AES-256-GCM, NIST SP 800-38D), so that a copied disk opens nothing. docs/identity.md,
// "Sealed files", has every byte. Threads: const calls run concurrently.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::crypto {

/// Whether the bytes begin as a sealed secret does, of whatever version.
[[nodiscard]] bool is_sealed(ByteView bytes);

class WrappingKey {
 public:
  static constexpr std::size_t kBytes = 32;
  static constexpr std::size_t kIdBytes = 8;

  /// Takes 32 bytes, or 64 hexadecimal digits with a line end or without; invalid where it is neither.
  static Result<WrappingKey> from(ByteView content);

  /// Tells keys apart, and nothing else of them: 16 hexadecimal digits.
  [[nodiscard]] std::string id() const;
  /// The secret, of at most 16 KiB, sealed as `name`, of 1 to 255 bytes: it opens under no other.
  [[nodiscard]] Result<std::vector<std::uint8_t>> seal(std::string_view name, ByteView secret, Random& random) const;
  /// denied where it was sealed under another key; corrupt where it is damaged, or was sealed as another name, which the message
  /// tells; unsupported where a newer version made it; invalid where it is not sealed at all.
  [[nodiscard]] Result<Secret> open(std::string_view name, ByteView sealed) const;

 private:
  Secret key_;
  Bytes<kIdBytes> id_{};
};

}  // namespace greentill::crypto
