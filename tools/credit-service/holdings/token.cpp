// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/token.hpp"

#include "daemon/base/base32.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/crypto/enrolment_code.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kSecretDigits = 32;

template <std::size_t N>
std::string random_digits(Random& random, std::size_t digits) {
  Bytes<N> bytes{};
  random.fill(bytes);
  std::string made = to_base32(bytes).substr(0, digits - 1);
  made += crypto::code_check_digit(made);
  return made;
}

}  // namespace

std::string make_token(Random& random) { return random_digits<10>(random, crypto::kCodeDigits); }

std::string canonical_token(std::string_view token) {
  auto digits = crypto::read_code(token);
  return digits ? std::move(*digits) : std::string(token);
}

std::string make_account_id(Random& random) { return random_digits<5>(random, kIdDigits); }

Result<std::string> read_account_id(std::string_view typed) {
  auto digits = plain_base32(typed);
  if (!digits || digits->size() != kIdDigits) {
    return fail(ErrorCode::invalid, "\"" + std::string(typed) + "\": an account's id has 8 digits and letters, and no U");
  }
  if (crypto::code_check_digit(std::string_view(*digits).substr(0, kIdDigits - 1)) == digits->back()) return std::move(*digits);
  return fail(ErrorCode::invalid,
              "\"" + std::string(typed) + "\": the last digit does not go with the others: one was misread, or two were swapped");
}

Result<std::string> bearer_name(std::string_view secret, const claim::Hasher& hasher) {
  const auto bytes = from_hex(secret);
  if (!bytes || secret.size() != kSecretDigits) {
    return fail(ErrorCode::invalid, "a printed secret has 32 digits, 0 to 9 and a to f");
  }
  return to_hex(hasher.sha256({*bytes}));
}

Digest invitation_hash(std::string_view digits, const claim::Hasher& hasher) {
  const Bytes<1> zero{};
  return hasher.sha256({as_bytes("greentill invitation"), zero, as_bytes(digits)});
}

}  // namespace greentill::credit
