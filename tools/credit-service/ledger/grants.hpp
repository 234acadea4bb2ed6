// SPDX-License-Identifier: Apache-2.0
// What a claim that holds its act is granted: the steps limit, book and post (docs/ledger.md). Called within the store's current
// transaction. Private to ledger/. Threads: one.
//
// What always holds (tables/audit_bookings.cpp checks the first two):
// - The legs of a booking add up to 0, and a claim's bookings are its present grant, shared as the programme says under which it
//   was accepted.
// - What stands of a claim is what its device, merchant and account have used of their limits; but what was taken back after it
//   could be spent stays used.
// - Customers are never below 0: what is missing comes from the merchant, then from `loss`.
#pragma once

#include <string>

#include "daemon/claim/message.hpp"
#include "daemon/measure/library.hpp"
#include "tools/credit-service/ledger/bonuses.hpp"
#include "tools/credit-service/ledger/counted.hpp"
#include "tools/credit-service/ledger/lookup.hpp"
#include "tools/credit-service/ledger/programmes.hpp"

namespace greentill::credit {

/// A reduction, and for whom it is granted.
struct Grantee {
  std::int64_t claim = 0;
  std::string device;
  std::string merchant;
  const claim::Reduction* reduction = nullptr;
};

class Grants {
 public:
  /// What it refers to must outlive it.
  Grants(Store& store, Lookup& lookup, Programmes& programmes, const measure::Library& library)
      : store_(store), lookup_(lookup), programmes_(programmes), library_(library), bonuses_(store) {}

  /// The account that has the customer's share of such a claim.
  Result<std::int64_t> customer(const claim::Attribution& attribution, const std::optional<claim::AccountHint>& hint,
                                std::int64_t claim);

  /// What the programme grants for what is left of the claim, before limits. `all`: nothing was taken back. unavailable where
  /// the methodology is not in this worker's folder, and parts were taken back.
  Result<std::int64_t> wanted(const Decision& decision, const claim::Reduction& reduction, const claim::Quantities& left,
                              bool all);

  /// Grants the claim, to which nothing is granted now: up to `wanted` mg, as far as its account's limits go. Where it would
  /// cross a ceiling nothing is granted, and the hold is returned instead: none where it was granted. Sets `granted` and `since`.
  /// `is_new`: it was never granted anything.
  Result<Reason> grant(const Grantee& to, std::int64_t wanted, std::int64_t now, Decision& decision, bool is_new);

  /// Lowers what is granted to `to_mg`.
  Status lower(const Grantee& of, std::int64_t to_mg, std::int64_t now, Decision& decision);

  /// How much a device may take back in a day of what is not its merchant's, of the claim's activity and by its programme.
  struct TakesBack {
    std::string activity;
    std::int64_t day = 0;  ///< 20261124, of `now`
    std::int64_t mg = 0;
  };
  Result<TakesBack> takes_back(const std::string& device, const Decision& decision, const claim::Reduction& reduction,
                               std::int64_t now);

  /// From when on the customer can spend what was granted.
  static std::int64_t spendable_at(const Programme& programme, const Rule& rule, std::int64_t act_ended, std::int64_t booked_at);

 private:
  struct Limit {
    std::string subject;
    std::int64_t period = 0;
  };
  /// Where a grant of the claim counts.
  Result<std::vector<Limit>> counted_in(const Grantee& of, const Programme& programme, const Rule& rule, std::int64_t customer);
  /// `own`: what the claim counts for already.
  Result<Reason> check_ceilings(const Grantee& to, const Programme& programme, const Rule& rule, std::int64_t mg,
                                std::int64_t own, Holds lifted);
  Result<std::vector<std::int64_t>> limited_together(std::int64_t customer);
  Result<std::int64_t> within_account(const Programme& programme, const Rule& rule, std::int64_t customer,
                                      const claim::Reduction& reduction, std::int64_t mg, std::int64_t own);
  /// What the claim's bookings count for by now, and from when on what it was granted last can be spent.
  struct Booked {
    Counted counted;
    std::int64_t at = 0;  ///< when it was granted last
    std::int64_t spendable_at = 0;
  };
  Result<Booked> booked_for(std::int64_t claim);
  Status use(const std::vector<Limit>& limits, const std::string& activity, std::int64_t mg);
  /// The budget's leg of it; nothing where it has none.
  Result<std::optional<Leg>> book(const Grantee& of, const Programme& programme, const Decision& decision, std::int64_t from_mg,
                                  std::int64_t to_mg, BookingKind kind, std::int64_t spendable_at, std::int64_t now);
  /// Gives back what lapsed of a purse since then, up to so much: what is taken back of so old credit had lapsed with it.
  Status unlapse(std::int64_t purse, std::int64_t since, std::int64_t mg, std::int64_t now);
  /// Makes up for what the customer is short of, if anything. `given_back`: to a budget, just now.
  Status cover(const Grantee& of, std::int64_t customer, const std::optional<Leg>& given_back, std::int64_t now);

  Store& store_;
  Lookup& lookup_;
  Programmes& programmes_;
  const measure::Library& library_;
  Bonuses bonuses_;
};

}  // namespace greentill::credit
