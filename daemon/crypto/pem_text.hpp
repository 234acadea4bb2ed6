// SPDX-License-Identifier: Apache-2.0
// Private to daemon/crypto.
#pragma once

#include "daemon/base/error.hpp"
#include "daemon/base/saved_text.hpp"

namespace greentill::crypto {

/// Whether the text is PEM as OpenSSL reads it; invalid where an editor has put something around it. It is refused rather than
/// mended: the broker's client hands the same files to OpenSSL.
inline Status check_plain_pem(std::string_view text) {
  if (is_utf16(text)) return fail(ErrorCode::invalid, "is UTF-16 text; save it as plain ASCII");
  if (text.starts_with(kByteOrderMark)) {
    return fail(ErrorCode::invalid, "begins with a byte order mark, which OpenSSL does not read past; save it without one");
  }
  return Done{};
}

}  // namespace greentill::crypto
