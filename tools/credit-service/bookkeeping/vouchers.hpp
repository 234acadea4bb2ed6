// SPDX-License-Identifier: Apache-2.0
// Corrections, payouts and what is paid into budgets. docs/bookkeeping.md, "Vouchers". Called within a transaction of the
// ledger's store. Threads: one.
//
// Errors: invalid where something given breaks its form, not_found where what is named is not there, conflict where it is decided
// already, is to be decided by whom it was proposed, or more is wanted than there is; besides the store's. Each names the voucher
// or the party.
//
// What always holds (ledger/tables/audit_holdings.cpp checks it): nothing is booked that only one person wanted; a voucher is
// decided once; what it moves is its amount, and what came back is what went.
#pragma once

#include <string>
#include <vector>

#include "tools/credit-service/accounts/accounts.hpp"
#include "tools/credit-service/holdings/bookkeeping_store.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

class Vouchers {
 public:
  /// What it refers to must outlive it.
  Vouchers(Store& ledger, BookkeepingStore& vouchers, AccountStore& holders, Accounts& accounts, std::int64_t now)
      : ledger_(ledger), vouchers_(vouchers), holders_(holders), accounts_(accounts), now_(now) {}

  static constexpr std::int64_t kMostMg = std::int64_t{1} << 50;  ///< a million tonnes

  /// Parties are "account/K7M2QX4D", "merchant/city-bikes", "budget/bike-week", "sponsor/town", "operator", "unattributed" and
  /// "loss". A correction goes between any two but sponsors, and the operator gives nothing, since its share goes when what it is
  /// of is taken back; a payout from a merchant, with `to` left empty; funding from a merchant or a sponsor to a budget. `by`: a
  /// person, whose name is the same however they ask. Whether there is as much is asked when it is approved.
  Result<Voucher> propose(Voucher::Kind kind, const std::string& from, const std::string& to, std::int64_t mg,
                          const std::string& why, const std::string& by);
  /// Books it. conflict where `by` proposed it.
  Result<Voucher> approve(std::int64_t no, const std::string& by);
  /// Who proposed it may reject it too.
  Result<Voucher> reject(std::int64_t no, const std::string& by);
  /// A payout was made. The same again, with the same reference, changes nothing.
  Result<Voucher> paid(std::int64_t no, const std::string& reference, std::int64_t at, const std::string& by);
  /// Proposes that the merchant has its credit again, since a payout was not made, or came back.
  Result<Voucher> propose_return(std::int64_t no, const std::string& why, const std::string& by);
  Result<Voucher> find(std::int64_t no);

 private:
  struct Party {
    std::string kind, name;
  };
  Result<Party> party(const char* what, const std::string& text);
  Status check(Voucher::Kind kind, const Party& from, const Party& to);
  /// The legs that take so much from the party.
  Result<std::vector<Leg>> take(const Party& from, std::int64_t mg, bool ripe_alone);
  Result<std::vector<Leg>> take_of(const std::vector<std::int64_t>& accounts, std::int64_t mg, bool ripe_alone,
                                   const std::string& whose);
  /// What may leave that account of the ledger.
  Result<std::int64_t> free_of(std::int64_t account, bool ripe_alone);
  /// The account that gets what is given to the party.
  Result<std::int64_t> taker(const Party& to, std::int64_t no);
  Result<std::vector<std::int64_t>> slots(const std::string& kind);
  Result<std::vector<std::int64_t>> purses_of(const Party& party);
  Result<Voucher> payout(std::int64_t no);
  Result<std::int64_t> owed_by_loss();
  Result<Voucher> add(Voucher voucher);
  /// What approving it books.
  Result<std::vector<Leg>> legs_of(const Voucher& voucher);
  Result<std::vector<Leg>> legs_back(const Voucher& voucher);

  Store& ledger_;
  BookkeepingStore& vouchers_;
  AccountStore& holders_;
  Accounts& accounts_;
  std::int64_t now_;
};

}  // namespace greentill::credit
