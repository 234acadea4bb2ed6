// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/enrolment_code.hpp"

#include "daemon/base/base32.hpp"

namespace greentill::crypto {

char code_check_digit(std::string_view digits) {
  constexpr unsigned kDigits = 32;
  unsigned product = kDigits;
  for (const char digit : digits) {
    unsigned sum = (product + static_cast<unsigned>(kBase32Digits.find(digit))) % kDigits;
    if (sum == 0) sum = kDigits;
    product = sum * 2 % (kDigits + 1);
  }
  return kBase32Digits[(kDigits + 1 - product) % kDigits];
}

Result<std::string> read_code(std::string_view typed) {
  auto digits = plain_base32(typed);
  if (!digits || digits->size() != kCodeDigits) {
    return fail(ErrorCode::invalid, "a code has 16 digits and letters, in four groups of four, and no U");
  }
  if (code_check_digit(std::string_view(*digits).substr(0, kCodeDigits - 1)) == digits->back()) return std::move(*digits);
  return fail(ErrorCode::invalid, "the code's last digit does not go with the others: one was misread, or two were swapped");
}

Digest code_hash(std::string_view device, std::string_view digits, const claim::Hasher& hasher) {
  const Bytes<1> zero{};
  return hasher.sha256({as_bytes("greentill enrolment code"), zero, as_bytes(device), zero, as_bytes(digits)});
}

}  // namespace greentill::crypto
