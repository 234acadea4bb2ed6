// SPDX-License-Identifier: Apache-2.0
// What the QR code of a printed certificate says: the secured credential itself where a code can hold it, so that the paper alone
// can be verified; else its number and the hash of what was signed. docs/tree-certificate.md, "The paper". Threads: pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::credential {

/// "GTC1:" and base45 of the deflated message, with the signer's certificate alone in its chain; at most kMostPrinted characters.
/// Or else "greentill:certificate?number=…&sha256=…". invalid where `message` is no secured credential.
Result<std::string> printed_text(std::string_view number, ByteView message);
/// A code of more characters has modules that a phone's camera does not resolve on an A4 page.
inline constexpr std::size_t kMostPrinted = 2800;

struct Printed {
  std::optional<std::string> message;  ///< where the paper carries it
  std::string number;                  ///< where not
  Digest payload_sha256{};             ///< of what was signed; always
};

/// Whether a text or a file begins as the code's text does.
[[nodiscard]] bool is_printed(std::string_view text);
/// Reads the code's text; blanks around it are passed over. invalid where it is none.
Result<Printed> read_printed(std::string_view text);

}  // namespace greentill::credential
