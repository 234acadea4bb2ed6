// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/codes.hpp"

#include "daemon/base/base32.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kRandomDigits = 15;
constexpr unsigned kDigits = 32;

/// ISO/IEC 7064, MOD 33,32: finds each single digit that is wrong, and nearly every two neighbours that were swapped.
char check_digit(std::string_view digits) {
  unsigned product = kDigits;
  for (const char digit : digits) {
    unsigned sum = (product + static_cast<unsigned>(kBase32Digits.find(digit))) % kDigits;
    if (sum == 0) sum = kDigits;
    product = sum * 2 % (kDigits + 1);
  }
  return kBase32Digits[(kDigits + 1 - product) % kDigits];
}

}  // namespace

std::string make_code(Random& random) {
  Bytes<10> bytes{};
  random.fill(bytes);
  std::string digits = to_base32(bytes).substr(0, kRandomDigits);
  crypto::wipe(bytes);
  digits += check_digit(digits);
  return in_fours(digits);
}

Result<std::string> read_code(std::string_view typed) {
  auto digits = plain_base32(typed);
  if (!digits || digits->size() != kRandomDigits + 1) {
    return fail(ErrorCode::invalid, "a code has 16 digits and letters, in four groups of four, and no U");
  }
  if (check_digit(std::string_view(*digits).substr(0, kRandomDigits)) == digits->back()) return std::move(*digits);
  return fail(ErrorCode::invalid, "the code's last digit does not go with the others: one was misread, or two were swapped");
}

Digest code_hash(const std::string& device, std::string_view digits, const claim::Hasher& hasher) {
  const Bytes<1> zero{};
  return hasher.sha256({as_bytes("greentill enrolment code"), zero, as_bytes(device), zero, as_bytes(digits)});
}

std::string_view standing_of(const EnrolmentCode& code, std::int64_t now) {
  if (code.certificate) return "used";
  if (code.withdrawn_at) return "withdrawn";
  if (now >= code.expires_at) return "expired";
  return code.key ? "presented" : "unused";
}

}  // namespace greentill::credit
