// SPDX-License-Identifier: Apache-2.0
// Enrolment codes as people type them: 15 random base32 digits (75 bits) and a check digit, "7K2M-9QXW-3F0D-HT5Z".
// docs/enrolment.md, "Codes". Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"

namespace greentill::crypto {

inline constexpr std::size_t kCodeDigits = 16;  ///< the check digit among them

/// The digit that goes behind the others (ISO/IEC 7064, MOD 33,32): it finds each single digit that is wrong, and nearly every
/// two neighbours that were swapped. Requires: base32 digits.
[[nodiscard]] char code_check_digit(std::string_view digits);

/// The 16 digits of what was typed, in either case, with or without hyphens and spaces; invalid, with what to look at, where they
/// are not 16 or the check digit is another: a digit was misread, or two were swapped.
Result<std::string> read_code(std::string_view typed);

/// By what a code is kept: SHA-256 of "greentill enrolment code", the device's id and the 16 digits, with a zero byte between
/// them. A code for another device is another hash.
[[nodiscard]] Digest code_hash(std::string_view device, std::string_view digits, const claim::Hasher& hasher);

}  // namespace greentill::crypto
