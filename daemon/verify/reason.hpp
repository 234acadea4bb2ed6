// SPDX-License-Identifier: Apache-2.0
// What may be wrong with a claim: one list for the reasons in receipts (docs/claim-format.md, "Reasons") and the findings of
// greentill verify (docs/cli.md, "verify").
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace greentill::verify {

/// The numbers are stored in the ledger's database: never changed, never used again for something else.
enum class Reason : std::uint8_t {
  none = 0,  ///< nothing
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
  wrong_device = 13,  ///< this one and those below stand in no receipt
  wrong_account = 14,
  key_changed = 15,
  broken_link = 16,
  missing = 17,
  repeated = 18,
  out_of_order = 19,
  wrong_start = 20,
};

inline constexpr std::array<std::string_view, 21> kReasonNames{"accepted",
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
                                                               "too-many-reversals",
                                                               "wrong-device",
                                                               "wrong-account",
                                                               "key-changed",
                                                               "broken-link",
                                                               "missing",
                                                               "repeated",
                                                               "out-of-order",
                                                               "wrong-start"};

/// The code as receipts and findings spell it; "accepted" for none.
[[nodiscard]] constexpr std::string_view to_string(Reason reason) { return kReasonNames[static_cast<std::size_t>(reason)]; }

/// The reason as a receipt states it: receipts have no code for faults that no honest device's encoder makes.
[[nodiscard]] constexpr Reason in_receipt(Reason reason) {
  return reason == Reason::wrong_device || reason == Reason::wrong_account ? Reason::malformed : reason;
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

}  // namespace greentill::verify
