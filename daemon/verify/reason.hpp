// SPDX-License-Identifier: Apache-2.0
// What may be wrong with a claim: one list for the reasons in receipts (docs/claim-format.md, "Reasons") and the findings of
// greentill verify (docs/cli.md, "verify").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
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

/// The reason for a person who runs a programme: what is wrong with the claim, and what to do where something can be done.
[[nodiscard]] constexpr std::string_view in_words(Reason reason) {
  switch (reason) {
    case Reason::none: return "accepted";
    case Reason::duplicate: return "the same act was claimed before, and that claim stands";
    case Reason::malformed: return "its bytes are no claim of this device, or not what was signed";
    case Reason::bad_signature: return "the key of the named certificate did not sign it";
    case Reason::unknown_certificate:
      return "its certificate is not in the registry: greentill-credit key add, and the device sends the claim again by itself";
    case Reason::certificate_not_valid:
      return "its certificate is another device's, expired without a renewal for the same key, not valid yet, or not the "
             "authority's, or its device or key is revoked: register a valid one of the same key, by greentill-credit key add";
    case Reason::unknown_methodology:
      return "its methodology is not in the methodologies folder of the worker: put that version there, byte for byte";
    case Reason::wrong_arithmetic: return "the methodology does not give the claimed amounts for these quantities and times";
    case Reason::unsupported: return "a newer version of the device's software may have written it: update the service";
    case Reason::quarantined: return "the device is quarantined: greentill-credit quarantine show DEVICE says why";
    case Reason::replaces_unknown: return "it is set aside for a claim that replaces one which the ledger does not know";
    case Reason::in_the_future: return "the act ends more than a day after the service's time: a clock is wrong, here or there";
    case Reason::too_many_reversals: return "64 reversals wait for the act's claim, or have taken back parts of it";
    case Reason::wrong_device: return "it names another device";
    case Reason::wrong_account: return "its account is not the one that was signed";
    case Reason::key_changed: return "it is signed with another key than the chain's other claims";
    case Reason::broken_link: return "it does not link to the claim before it";
    case Reason::missing: return "it is missing";
    case Reason::repeated: return "its place in the chain is taken";
    case Reason::out_of_order: return "it stands before an earlier one";
    case Reason::wrong_start: return "a chain begins in its middle, or begins anew";
  }
  return "";
}

/// The reason with that code, as a person types it; nothing where there is none.
[[nodiscard]] constexpr std::optional<Reason> parse_reason(std::string_view code) {
  for (std::size_t i = 0; i < kReasonNames.size(); ++i) {
    if (kReasonNames[i] == code) return static_cast<Reason>(i);
  }
  return std::nullopt;
}

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
