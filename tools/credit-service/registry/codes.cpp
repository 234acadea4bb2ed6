// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/codes.hpp"

#include "daemon/base/base32.hpp"
#include "daemon/crypto/enrolment_code.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::credit {

std::string make_code(Random& random) {
  Bytes<10> bytes{};
  random.fill(bytes);
  std::string digits = to_base32(bytes).substr(0, crypto::kCodeDigits - 1);
  crypto::wipe(bytes);
  digits += crypto::code_check_digit(digits);
  return in_fours(digits);
}

std::string_view standing_of(const EnrolmentCode& code, std::int64_t now) {
  if (code.certificate) return "used";
  if (code.withdrawn_at) return "withdrawn";
  if (now >= code.expires_at) return "expired";
  return code.key ? "presented" : "unused";
}

}  // namespace greentill::credit
