// SPDX-License-Identifier: Apache-2.0
// The words by which accounts are known: the token that a till reads, the id that people tell one another, the code that lets
// somebody into a group, and the secret that a till printed. docs/accounts.md, "Tokens". Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/crypto.hpp"

namespace greentill::credit {

/// 16 digits: 75 random bits and a check digit, as enrolment codes have them.
[[nodiscard]] std::string make_token(Random& random);

/// A token as the ledger keeps it: of one that make_token() could have made its digits, however a till wrote them (in either
/// case, with hyphens or spaces); any other as it is.
[[nodiscard]] std::string canonical_token(std::string_view token);

/// 8 digits: 35 random bits and a check digit.
[[nodiscard]] std::string make_account_id(Random& random);

/// The 8 digits of what was typed; invalid where they are not 8, or the check digit is another.
Result<std::string> read_account_id(std::string_view typed);

/// By what the ledger keeps the credit of a printed secret: SHA-256 of its 16 bytes, in hex. invalid where it is not 32
/// hexadecimal digits.
Result<std::string> bearer_name(std::string_view secret, const claim::Hasher& hasher);

/// By what an invitation is kept: SHA-256 of "greentill invitation", a zero byte and its 16 digits.
[[nodiscard]] Digest invitation_hash(std::string_view digits, const claim::Hasher& hasher);

}  // namespace greentill::credit
