// SPDX-License-Identifier: Apache-2.0
// What a claim books, and what a reversal takes back. Within the store's transaction under way. Private to ledger/. Threads: one.
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
  /// Stores the claim with its reason and, where there is none, books it.
  Status book(const BatchClaim& claim, std::int64_t id, Reason reason, std::int64_t now);

 private:
  Result<Reason> book_reduction(const BatchClaim& claim, const claim::Reduction& reduction, std::int64_t id, Decision& into);
  /// Whether a reversal is taken, by what stands under its nullifier.
  Result<Reason> admit(const claim::Reversal& reversal);
  Status add_reversal(const claim::Reversal& reversal, std::int64_t id);
  /// Binds the reversals that wait for this claim, and books what is left of it.
  Status settle(const Digest& mac, std::int64_t id);
  Status reduce(std::int64_t id, const StoredClaim& stored, const claim::Claim& claim);
  [[nodiscard]] const measure::Methodology* methodology_of(const claim::Reduction& reduction) const;
  [[nodiscard]] std::int64_t grant_of(const Programme& programme, const claim::Reduction& reduction,
                                      const claim::Quantities& left) const;

  Store& store_;
  Programmes programmes_;
  const measure::Library& library_;
  Accounts accounts_;
};

}  // namespace greentill::credit
