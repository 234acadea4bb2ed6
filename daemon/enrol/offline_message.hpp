// SPDX-License-Identifier: Apache-2.0
// What travels between a device and the operator where no network does: the request of a device, and the answer to it, each a
// COSE_Mac0 (RFC 9052, 6.2) under the hash of the device's one-time code, so that the code itself never travels.
// docs/enrolment.md, "Without a network". The bytes are a stranger's. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::enrol {

/// The `typ` (RFC 9596) of the messages.
inline constexpr std::uint32_t kOfflineRequestType = 65009;
inline constexpr std::uint32_t kOfflineAnswerType = 65010;

inline constexpr std::size_t kMostOfflineBytes = 32u << 10;  ///< of a message; an answer with four authorities has about 2.4 KiB

struct OfflineRequest {
  std::string device;
  std::vector<std::uint8_t> csr;           ///< PKCS #10, DER
  crypto::FingerprintBytes fingerprint{};  ///< of the authorities that the device's technician was told
};

/// The device's settings, for it alone, and who signs them.
struct OfflineSettings {
  std::vector<std::uint8_t> sealed;  ///< a bundle, as seal_settings() makes it
  std::vector<std::vector<std::uint8_t>>
      signers;  ///< DER: who signed it, its issuers behind it; nothing is trusted for standing here
};

struct OfflineAnswer {
  std::string device;
  std::int64_t made_at = 0;                             ///< Unix seconds, by the operator's clock
  Digest request{};                                     ///< SHA-256 of the request's message
  std::vector<std::vector<std::uint8_t>> certificates;  ///< DER: the device's first, its issuers' behind it; anchors left out
  std::vector<std::vector<std::uint8_t>> anchors;       ///< DER, at least one; nothing is trusted for standing here
  std::optional<OfflineSettings> settings = {};         ///< none: they come on another way
};

/// A message as it was read. Whether it is what it says, is_authentic() tells.
template <typename Content>
struct OfflineMessage {
  Content content;
  std::vector<std::uint8_t> payload;
  Digest tag{};
};

/// The message. `code`: crypto::code_hash(). bug where it has more than kMostOfflineBytes.
Result<std::vector<std::uint8_t>> encode(const OfflineRequest& request, const Digest& code);
Result<std::vector<std::uint8_t>> encode(const OfflineAnswer& answer, const Digest& code);

/// Reads a message that fills the bytes to their end. invalid, with what is wrong, where they are anything else: cut off, with
/// more behind it, or with something in it that this version does not know.
Result<OfflineMessage<OfflineRequest>> read_offline_request(ByteView bytes);
Result<OfflineMessage<OfflineAnswer>> read_offline_answer(ByteView bytes);

inline constexpr std::size_t kMostSealedBundle = 16u << 10;  ///< what a sealed secret has at most

/// The bundle as it travels, so that nobody reads it who does not know the code or its hash: sealed under a key of both and of
/// the request that is answered. Errors: of WrappingKey.
Result<std::vector<std::uint8_t>> seal_settings(ByteView bundle, const Digest& code, const Digest& request, Random& random);
Result<crypto::Secret> open_settings(ByteView sealed, const Digest& code, const Digest& request);

/// Whether somebody made the message who knows the code, or its hash.
[[nodiscard]] bool is_authentic(const OfflineMessage<OfflineRequest>& message, const Digest& code);
[[nodiscard]] bool is_authentic(const OfflineMessage<OfflineAnswer>& message, const Digest& code);

}  // namespace greentill::enrol
