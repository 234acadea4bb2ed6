// SPDX-License-Identifier: Apache-2.0
// What does not hold about a file of claims.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/claim/claim.hpp"

namespace greentill::cli {

/// Codes of docs/cli.md, "verify". Those that a receipt knows as well have its names.
namespace finding {
inline constexpr std::string_view kMalformed = "malformed";
inline constexpr std::string_view kUnsupported = "unsupported";
inline constexpr std::string_view kUnknownCertificate = "unknown-certificate";
inline constexpr std::string_view kCertificateNotValid = "certificate-not-valid";
inline constexpr std::string_view kBadSignature = "bad-signature";
inline constexpr std::string_view kWrongDevice = "wrong-device";
inline constexpr std::string_view kKeyChanged = "key-changed";
inline constexpr std::string_view kWrongAccount = "wrong-account";
inline constexpr std::string_view kUnknownMethodology = "unknown-methodology";
inline constexpr std::string_view kWrongArithmetic = "wrong-arithmetic";
inline constexpr std::string_view kBrokenLink = "broken-link";
inline constexpr std::string_view kMissing = "missing";
inline constexpr std::string_view kRepeated = "repeated";
inline constexpr std::string_view kOutOfOrder = "out-of-order";
inline constexpr std::string_view kWrongStart = "wrong-start";
}  // namespace finding

struct Finding {
  std::string_view code;
  std::string detail;
  std::optional<std::uint64_t> seq;       ///< the claim's; of bytes that cannot be read, nothing
  std::optional<std::uint64_t> last_seq;  ///< where it is about several claims in a row
  std::optional<claim::ChainId> chain;
  std::uint64_t offset = 0;  ///< in the file, of the claim or bytes it was found at
};

using FindingSink = std::function<void(const Finding&)>;

}  // namespace greentill::cli
