// SPDX-License-Identifier: Apache-2.0
// Names for outside events, made of what their records say: whoever reads a record again makes the same name. Threads: pure
// functions.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace greentill::plugin {

/// The first `bytes` bytes of SHA-256 over the parts joined, in lower-case hexadecimal.
std::string sha256_hex(std::initializer_list<std::string_view> parts, std::size_t bytes);

/// An event id made of several parts, "2026-05-22/A2026/17". Different parts never give the same id: '/' and '%' inside a part
/// are written "%2F" and "%25". An id of more than 128 bytes is replaced by "sha256:" and its digest.
std::string event_id_of(std::initializer_list<std::string_view> parts);

/// A receipt's number as people read it: the parts that are not empty, with '/' between them. Empty where it is longer than a
/// transaction may say: then the event id stands for it.
std::string printed_number(std::initializer_list<std::string_view> parts);

/// An issuer that is named only by a digest, "<scheme>:<32 hexadecimal digits>": for numbers that may be a person's, such as a
/// sole trader's tax id. `scheme`: at most 31 bytes. Whoever knows the number can compute the digest, and so two tills agree on
/// it. That keeps the number from being read, but not from being found by trying all numbers.
std::string opaque_issuer(std::string_view scheme, std::initializer_list<std::string_view> parts);

}  // namespace greentill::plugin
