// SPDX-License-Identifier: Apache-2.0
// What an EST server asks a certificate request for (RFC 7030, 4.5.2; RFC 8951, RFC 9908), and what becomes of it here: a request
// for a key on P-256. The bytes are a stranger's. Threads: pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::crypto {

/// What a request says besides its key and name.
struct RequestTerms {
  enum class Hash : std::uint8_t { sha256, sha384, sha512 };
  Hash hash = Hash::sha256;              ///< of its signature
  std::vector<std::uint8_t> extensions;  ///< DER of Extensions (RFC 5280), asked for as they are; empty: none
};

/// Of a CsrAttrs. What is not known here is passed over, as RFC 7030 wants it. denied, with what is asked for, where it cannot be
/// done: another kind of key, a signature of another kind, a proof that binds the request to its connection. invalid where it
/// cannot be read.
Result<RequestTerms> read_csr_attributes(ByteView attributes);

}  // namespace greentill::crypto
