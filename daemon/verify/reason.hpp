// SPDX-License-Identifier: Apache-2.0
// What may be wrong with a claim: one list for the reasons in receipts and in their changes (docs/claim-format.md, "Reasons") and
// the findings of greentill verify (docs/cli.md, "verify").
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
  quarantined = 9,  ///< no longer given: the number and the name stay taken
  replaces_unknown = 10,
  in_the_future = 11,
  too_many_reversals = 12,
  wrong_device = 13,  ///< this one and those down to wrong_start stand in no receipt
  wrong_account = 14,
  key_changed = 15,
  broken_link = 16,
  missing = 17,
  repeated = 18,
  out_of_order = 19,
  wrong_start = 20,
  unknown_root = 21,
  unknown_key_version = 22,
  key_version_not_in_force = 23,
  not_assigned = 24,
  taken_back = 25,  ///< a refusal, and why less stands of an accepted claim
  dismissed = 26,
  revoked = 27,
  probation = 28,  ///< from here on: why a claim is held
  fork = 29,
  second_repair = 30,
  wrong_assignment = 31,
  after_consent = 32,
  ceiling_device = 33,
  ceiling_merchant = 34,
  after_retirement = 35,
  ceiling_reversals = 36,
  too_old = 37,
  screening = 38,
  revoked_since = 39,
  key_withdrawn = 40,
  granted = 41,  ///< from here on: why something else stands of an accepted claim than was told before
  released = 42,
  decided_anew = 43,
  reversal_undone = 44,
  methodology_not_in_force = 45,  ///< why a claim is held, as those from probation on
  // Of rides that locks signed: refusals, and behind them two holds.
  unknown_lock = 46,
  lock_revoked = 47,
  bad_statement = 48,
  other_statement = 49,
  no_statement = 50,
  unchecked_statement = 51,
  lock_retired = 52,
  lock_fork = 53,
};

inline constexpr std::array<std::string_view, 54> kReasonNames{"accepted",
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
                                                               "wrong-start",
                                                               "unknown-root",
                                                               "unknown-key-version",
                                                               "key-version-not-in-force",
                                                               "not-assigned",
                                                               "taken-back",
                                                               "dismissed",
                                                               "revoked",
                                                               "probation",
                                                               "fork",
                                                               "second-repair",
                                                               "wrong-assignment",
                                                               "after-consent",
                                                               "ceiling-device",
                                                               "ceiling-merchant",
                                                               "after-retirement",
                                                               "ceiling-reversals",
                                                               "too-old",
                                                               "screening",
                                                               "revoked-since",
                                                               "key-withdrawn",
                                                               "granted",
                                                               "released",
                                                               "decided-anew",
                                                               "reversal-undone",
                                                               "methodology-not-in-force",
                                                               "unknown-lock",
                                                               "lock-revoked",
                                                               "bad-statement",
                                                               "other-statement",
                                                               "no-statement",
                                                               "unchecked-statement",
                                                               "lock-retired",
                                                               "lock-fork"};

/// The code as receipts and findings spell it; "accepted" for none.
[[nodiscard]] constexpr std::string_view to_string(Reason reason) { return kReasonNames[static_cast<std::size_t>(reason)]; }

/// What a reason is given for.
enum class ReasonKind : std::uint8_t {
  refusal,  ///< in receipts' refusals, and in changes by which a claim is refused after all
  finding,  ///< of greentill verify alone
  hold,     ///< in changes by which a claim is held
  change,   ///< in changes by which something else stands of an accepted claim; taken_back is that as well
};

[[nodiscard]] constexpr ReasonKind kind_of(Reason reason) {
  if (reason >= Reason::lock_retired) return ReasonKind::hold;
  if (reason >= Reason::unknown_lock) return ReasonKind::refusal;
  if (reason == Reason::methodology_not_in_force) return ReasonKind::hold;
  if (reason >= Reason::granted) return ReasonKind::change;
  if (reason >= Reason::probation) return ReasonKind::hold;
  return reason >= Reason::wrong_device && reason <= Reason::wrong_start ? ReasonKind::finding : ReasonKind::refusal;
}

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
             "authority's: register a valid one of the same key, by greentill-credit key add";
    case Reason::unknown_methodology:
      return "its methodology is not in the methodologies folder of the worker: put that version there, byte for byte";
    case Reason::wrong_arithmetic: return "the methodology does not give the claimed amounts for these quantities and times";
    case Reason::unsupported: return "a newer version of the device's software may have written it: update the service";
    case Reason::quarantined: return "it is no longer given: a device's chains are held instead";
    case Reason::replaces_unknown: return "it is set aside for a claim that replaces one which the ledger does not know";
    case Reason::in_the_future: return "the act ends more than a day after the service's time: a clock is wrong, here or there";
    case Reason::too_many_reversals: return "64 reversals of its merchant's are kept with the act";
    case Reason::wrong_device: return "it names another device";
    case Reason::wrong_account: return "its account is not the one that was signed";
    case Reason::key_changed: return "it is signed with another key than the chain's other claims";
    case Reason::broken_link: return "it does not link to the claim before it";
    case Reason::missing: return "it is missing";
    case Reason::repeated: return "its place in the chain is taken";
    case Reason::out_of_order: return "it stands before an earlier one";
    case Reason::wrong_start: return "a chain begins in its middle, or begins anew";
    case Reason::unknown_root: return "its issuer root is none of its chain's assignment, or is there for reversals only";
    case Reason::unknown_key_version: return "its issuer root has no such version of its key";
    case Reason::key_version_not_in_force: return "the version of its root's key was not in force when the act ended";
    case Reason::not_assigned: return "its merchant or site is not that of its chain's assignment";
    case Reason::taken_back: return "the act was refunded or cancelled";
    case Reason::dismissed: return "it was held, and a person dismissed it";
    case Reason::revoked: return "its device or its key is revoked";
    case Reason::probation: return "its chain does not go on where the device's last one ended";
    case Reason::fork:
      return "two claims were signed for one place, or two chains contradict each other: the device was cloned or set back";
    case Reason::second_repair: return "the device repaired itself a second time within 30 days, as two twins would";
    case Reason::wrong_assignment: return "its chain begins under an assignment that the device has left, or never had";
    case Reason::after_consent: return "the device's former key signed it, behind the place up to which that key is good";
    case Reason::ceiling_device:
      return "with it the device has claimed more of this activity for that day than such a device may";
    case Reason::ceiling_merchant: return "with it the merchant has claimed more of this activity for that day than it may";
    case Reason::after_retirement: return "it came more than 30 days after its device was retired";
    case Reason::ceiling_reversals: return "it takes back more of others' claims than such a device may in a day";
    case Reason::too_old: return "the act ended longer ago than the programme takes by itself";
    case Reason::screening: return "the day is far from what this device, or devices like it, claim";
    case Reason::revoked_since: return "it came after the time from which its device is revoked";
    case Reason::key_withdrawn: return "the version of its root's key was withdrawn";
    case Reason::granted: return "it was decided after its receipt";
    case Reason::released: return "a person released it";
    case Reason::decided_anew: return "it came behind another claim of its act, which does not stand any more";
    case Reason::methodology_not_in_force:
      return "the programme has withdrawn the version of its methodology for acts of that time, or lets it hold only later";
    case Reason::reversal_undone: return "what took it back does not stand any more";
    case Reason::unknown_lock:
      return "the registry has no lock of that name with the key that signed its ride: greentill-credit lock add, and the dock "
             "sends the claim again by itself";
    case Reason::lock_revoked: return "the lock that signed its ride is revoked; greentill-credit lock trust takes that back";
    case Reason::bad_statement: return "its evidence is not what the lock signed: it was changed on the way, or made up";
    case Reason::other_statement: return "it claims another ride, other metres or other times than the lock signed";
    case Reason::no_statement:
      return "its root is one of locks, under which a ride is claimed with its lock's statement, embedded, and in no other way";
    case Reason::unchecked_statement:
      return "this worker cannot check a lock's ride: it needs programme_key, the programme's key, in its configuration";
    case Reason::lock_retired: return "the lock that signed its ride was retired before it came";
    case Reason::lock_fork:
      return "two locks sign with one key, as after a copy of its flash: two rides of one number, or a link that does not fit";
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
    case Reason::too_many_reversals:
    case Reason::not_assigned:
    case Reason::unknown_root:
    case Reason::unknown_key_version:
    case Reason::revoked:
    case Reason::unknown_lock:
    case Reason::lock_revoked:
    case Reason::no_statement:
    case Reason::unchecked_statement: return true;
    default: return false;
  }
}

}  // namespace greentill::verify
