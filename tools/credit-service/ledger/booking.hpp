// SPDX-License-Identifier: Apache-2.0
// What a claim books, and what a reversal takes back, within the transaction under way. Private to ledger/. Threads: one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "tools/credit-service/ledger/accounts.hpp"
#include "tools/credit-service/ledger/chains.hpp"
#include "tools/credit-service/ledger/programmes.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

struct StoredClaim {
  Reason reason = Reason::none;
  std::optional<std::int64_t> granted;  ///< mg that stand now; this and the next two: of an accepted reduction
  std::optional<std::int64_t> customer;
  std::optional<std::int64_t> programme;
  std::vector<std::uint8_t> payload;
};

/// By seq.
using Refusals = std::map<std::uint64_t, Reason>;

class Booking {
 public:
  /// All references must outlive it.
  static Result<std::unique_ptr<Booking>> open(Database& database, const Programme& current, const measure::Library& library,
                                               const claim::Hasher& hasher);

  /// Forgets what a transaction that was rolled back may have left.
  void forget() { accounts_->forget(); }

  [[nodiscard]] Programmes& programmes() { return *programmes_; }
  Result<std::optional<StoredClaim>> load(std::int64_t row);
  /// Stores the claim with its reason and, where there is none, books it. `again`: it is stored already, as refused for now.
  Status book(const BatchClaim& claim, std::int64_t row, Reason reason, std::int64_t now, bool again);
  /// The latest of the chain's claims up to the head that were refused since then.
  Result<Refusals> refused_since(const Head& head, std::int64_t since, std::size_t most);
  /// The chain's refused claims behind that seq, whenever it was.
  Result<Refusals> refused_behind(const Head& head, std::uint64_t seq, std::size_t most);
  /// Lets every receipt name the claims that are refused for now, until they are tried again: a device that knows a later ledger
  /// may think them granted. Needs a transaction.
  Status name_refused_until_tried();

 private:
  explicit Booking(const measure::Library& library) : library_(library) {}
  Status prepare(Database& database);
  static Result<Refusals> read_refusals(Statement& rows);
  Result<Reason> book_reduction(const BatchClaim& claim, const claim::Reduction& reduction, std::int64_t row, StoredClaim& into);
  /// Whether a reversal is taken, by what stands under its nullifier.
  Result<Reason> admit(const claim::Reversal& reversal);
  Result<Reason> has_room(const Digest& mac, std::optional<std::int64_t> target);
  Status book_reversal(const claim::Reversal& reversal, std::int64_t row);
  Status settle(std::int64_t row);
  Result<bool> bind_waiting(std::int64_t row, const claim::Claim& claim, const Digest& mac);
  Status reduce(std::int64_t row, const StoredClaim& stored, const claim::Claim& claim);
  /// Is given a reversal's row, its claim id, and what it says.
  using ReversalVisitor = std::function<Status(std::int64_t, const claim::ClaimId&, const claim::Reversal&)>;
  Status visit_reversals(Statement& rows, const ReversalVisitor& visit);
  [[nodiscard]] const measure::Methodology* methodology_of(const claim::Reduction& reduction) const;
  [[nodiscard]] std::int64_t grant_of(const Programme& programme, const claim::Reduction& reduction,
                                      const claim::Quantities& left) const;

  const measure::Library& library_;
  std::unique_ptr<Programmes> programmes_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<Statement> find_claim_, add_claim_, change_claim_, find_nullifier_, add_nullifier_, drop_nullifier_,
      add_reversal_, waiting_reversals_, bind_reversal_, bound_reversals_, count_reversals_, refused_since_, refused_behind_,
      name_refused_;
};

}  // namespace greentill::credit
