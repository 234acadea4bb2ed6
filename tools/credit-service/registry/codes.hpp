// SPDX-License-Identifier: Apache-2.0
// Enrolment codes as the registry makes and keeps them; crypto/enrolment_code.hpp reads what was typed. docs/enrolment.md.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/ports.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// A new code, its 16 digits in groups of four.
[[nodiscard]] std::string make_code(Random& random);

/// "unused", "presented", "used", "expired" or "withdrawn".
[[nodiscard]] std::string_view standing_of(const EnrolmentCode& code, std::int64_t now);

/// Whether it may still be presented.
[[nodiscard]] inline bool is_good(const EnrolmentCode& code, std::int64_t now) {
  return !code.withdrawn_at && now < code.expires_at;
}

}  // namespace greentill::credit
