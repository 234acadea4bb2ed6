// SPDX-License-Identifier: Apache-2.0
// What campaigns add to a grant, out of their budgets. docs/credit-service.md, "Campaigns". Called within the store's current
// transaction. Private to ledger/. Threads: one.
//
// What always holds (tables/audit_bookings.cpp checks it): a claim has at most what its campaign gives for what is granted to it,
// and no budget is below 0.
#pragma once

#include <optional>
#include <string>

#include "daemon/claim/message.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {

class Bonuses {
 public:
  /// The store must outlive it.
  explicit Bonuses(Store& store) : store_(store) {}

  struct Of {
    std::int64_t claim = 0;
    const std::string& merchant;
    const claim::Reduction& reduction;
    std::int64_t customer = 0;
  };
  /// The leg of the budget that goes with a booking which brings the claim's grant to `granted_mg`; nothing where none does. What
  /// was paid once is not paid again, also where it made up for a shortfall, and a budget that has less pays what it has.
  Result<std::optional<Leg>> leg(const Of& of, const Programme& programme, std::int64_t granted_mg, BookingKind kind);

 private:
  struct Paid {
    std::int64_t bonus = 0;      ///< that goes with the grant
    std::int64_t shortfall = 0;  ///< what the budget made up for
  };
  Result<Paid> paid(std::int64_t claim, std::int64_t budget);

  Store& store_;
};

}  // namespace greentill::credit
