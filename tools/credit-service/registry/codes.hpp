// SPDX-License-Identifier: Apache-2.0
// Enrolment codes: 15 random base32 digits (75 bits) and a check digit, "7K2M-9QXW-3F0D-HT5Z". docs/enrolment.md. Threads: pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// A new code, its 16 digits in groups of four.
[[nodiscard]] std::string make_code(Random& random);

/// The 16 digits of what was typed, in either case, with or without hyphens and spaces; invalid, with what to look at, where they
/// are not 16 or the check digit is another: a digit was misread, or two were swapped.
Result<std::string> read_code(std::string_view typed);

/// By what a code is kept: SHA-256 of "greentill enrolment code", the device's id and the 16 digits, with a zero byte between
/// them. A code for another device is another hash.
[[nodiscard]] Digest code_hash(const std::string& device, std::string_view digits, const claim::Hasher& hasher);

/// "unused", "presented", "used", "expired" or "withdrawn".
[[nodiscard]] std::string_view standing_of(const EnrolmentCode& code, std::int64_t now);

/// Whether it may still be presented.
[[nodiscard]] inline bool is_good(const EnrolmentCode& code, std::int64_t now) {
  return !code.withdrawn_at && now < code.expires_at;
}

}  // namespace greentill::credit
