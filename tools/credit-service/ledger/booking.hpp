// SPDX-License-Identifier: Apache-2.0
// What a claim books, and what a reversal takes back. Called within the store's current transaction. Private to ledger/. Threads:
// one.
//
// What always holds (sqlite/audit.cpp checks the first two):
// - A nullifier belongs to one claim at a time, and a claim with a grant has one. A later claim with the same nullifier is a
//   duplicate. Taking a claim back as a whole frees its nullifier.
// - The legs of a booking add up to 0, and the postings of a claim are its present grant, shared as the programme says by which
//   it was granted.
// - A grant only falls once it is booked: to what the method gives for the original quantities less all that was taken back.
// - A reversal is bound to one claim, or waits under its nullifier until that claim comes: the order in which the two come makes
//   no difference.
#pragma once

#include <vector>

#include "tools/credit-service/ledger/accounts.hpp"
#include "tools/credit-service/ledger/programmes.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class Booking {
 public:
  /// All references must outlive it.
  Booking(Store& store, Programmes programmes, const measure::Library& library)
      : store_(store), programmes_(std::move(programmes)), library_(library), accounts_(store) {}

  [[nodiscard]] Programmes& programmes() { return programmes_; }
  /// Stores the claim under the id `id`, with the reason or, where that is none, with what booking it decides. `now`: Unix
  /// seconds.
  Status book(const BatchClaim& claim, std::int64_t id, Reason reason, std::int64_t now);

 private:
  Result<Reason> book_reduction(const BatchClaim& claim, const claim::Reduction& reduction, std::int64_t id, Decision& into);
  /// Whether a reversal is taken, by what its nullifier leads to; none, or why not.
  Result<Reason> admit(const claim::Reversal& reversal);
  Status add_reversal(const claim::Reversal& reversal, std::int64_t id, std::int64_t now);
  /// Binds the reversals that wait for the claim `id`, and lowers its grant to what is left.
  Status settle(const Digest& mac, std::int64_t id, std::int64_t now);
  Status reduce(std::int64_t id, const StoredClaim& stored, const claim::Claim& claim, std::int64_t now);
  [[nodiscard]] const measure::Methodology* methodology_of(const claim::Reduction& reduction) const;
  [[nodiscard]] std::int64_t grant_of(const Programme& programme, const claim::Reduction& reduction,
                                      const claim::Quantities& left) const;

  Store& store_;
  Programmes programmes_;
  const measure::Library& library_;
  Accounts accounts_;
};

}  // namespace greentill::credit
