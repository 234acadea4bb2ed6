// SPDX-License-Identifier: Apache-2.0
// Why a claim was refused: the codes of docs/claim-format.md, "Reasons".
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace greentill::credit {

/// The numbers are stored in the ledger's database: never changed, never used again for something else.
enum class Reason : std::uint8_t {
  none = 0,  ///< not refused
  duplicate = 1,
  malformed = 2,
  bad_signature = 3,
  unknown_certificate = 4,
  certificate_not_valid = 5,
  unknown_methodology = 6,
  wrong_arithmetic = 7,
  unsupported = 8,
  quarantined = 9,
  replaces_unknown = 10,
  in_the_future = 11,
  too_many_reversals = 12,
};

inline constexpr std::size_t kReasonCount = 13;

/// The code as receipts spell it; "accepted" for none.
[[nodiscard]] constexpr std::string_view to_string(Reason reason) {
  constexpr std::array<std::string_view, kReasonCount> kNames{"accepted",
                                                              "duplicate",
                                                              "malformed",
                                                              "bad-signature",
                                                              "unknown-certificate",
                                                              "certificate-not-valid",
                                                              "unknown-methodology",
                                                              "wrong-arithmetic",
                                                              "unsupported",
                                                              "quarantined",
                                                              "replaces-unknown",
                                                              "in-the-future",
                                                              "too-many-reversals"};
  return kNames[static_cast<std::size_t>(reason)];
}

/// Whether the same bytes may be accepted later.
[[nodiscard]] constexpr bool is_retryable(Reason reason) {
  switch (reason) {
    case Reason::unknown_certificate:
    case Reason::certificate_not_valid:
    case Reason::unknown_methodology:
    case Reason::unsupported:
    case Reason::quarantined:
    case Reason::replaces_unknown:
    case Reason::in_the_future:
    case Reason::too_many_reversals: return true;
    default: return false;
  }
}

[[nodiscard]] constexpr bool is_final(Reason reason) { return reason != Reason::none && !is_retryable(reason); }

}  // namespace greentill::credit
