// SPDX-License-Identifier: Apache-2.0
// Names for outside events, made of what their records say: the same for ever, whoever reads the record again.
// Threads: pure functions.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace greentill::plugin {

/// The first `bytes` of SHA-256 over the parts put together, in lower-case hexadecimal.
std::string sha256_hex(std::initializer_list<std::string_view> parts, std::size_t bytes);

/// An event id of several parts, "2026-05-22/A2026/17": different parts never give the same id ('/' and '%' inside a part are
/// written "%2F" and "%25"). Where that has more than 128 bytes, "sha256:" and the digest of it.
std::string event_id_of(std::initializer_list<std::string_view> parts);

/// An issuer that says who by a digest alone, "<scheme>:<32 hexadecimal digits>": for numbers that may be a person's, such as a
/// sole trader's tax id. `scheme`: at most 31 bytes. Whoever knows the number can make the digest, which is how two tills agree
/// on it; it keeps the number from being read, not from being tried out.
std::string opaque_issuer(std::string_view scheme, std::initializer_list<std::string_view> parts);

}  // namespace greentill::plugin
