// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/telling.hpp"

namespace greentill::credit {
namespace {

/// Why something else stands now of an accepted claim.
Reason cause_of(const Stands& was, const Stands& is) {
  if (was.standing == claim::Stands::held) return Reason::released;
  if (was.standing == claim::Stands::refused) return Reason::decided_anew;
  return is.granted_mg < was.granted_mg ? Reason::taken_back : Reason::reversal_undone;
}

}  // namespace

Stands stands_of(const Decision& decision) {
  if (decision.reason != Reason::none) return {claim::Stands::refused, 0, decision.reason};
  if (!decision.holds.empty()) return {claim::Stands::held, 0, decision.holds.first()};
  return {claim::Stands::accepted, decision.granted.value_or(0), Reason::none};
}

Status Telling::tell(const std::string& device, std::int64_t claim, const Decision& was, const Decision& is, bool is_new,
                     std::int64_t now) {
  const Stands before = stands_of(was);
  Stands after = stands_of(is);
  if (is_new ? after.standing != claim::Stands::held : before == after) return Done{};
  if (after.standing == claim::Stands::refused && verify::is_retryable(after.reason)) return Done{};
  if (after.standing == claim::Stands::accepted) after.reason = cause_of(before, after);
  auto book = store_.device_book(device);
  if (!book) return Failure{book.error()};
  if (!*book) return fail(ErrorCode::corrupt, "ledger: a claim's device was never heard");
  ++(*book)->change;
  if (Status put = store_.put_device_book(device, **book); !put) return put;
  return store_.add_change(device, {(*book)->change, claim, after.standing, after.granted_mg, after.reason, now});
}

}  // namespace greentill::credit
