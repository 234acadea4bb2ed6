// SPDX-License-Identifier: Apache-2.0
// What the ledger holds, and whether its rows hold together (docs/credit-service.md, "Check"). Private to this folder. Threads:
// one.
#pragma once

#include <map>
#include <span>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/ledger/tables/books.hpp"
#include "tools/credit-service/programme/programme.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

Result<Report> make_report(sql::Database& database);

/// A message for each thing that does not hold.
Result<std::vector<std::string>> check_books(sql::Database& database, const claim::Hasher& hasher);

/// Every programme that the ledger ever booked by.
Result<std::map<std::int64_t, Programme>> all_programmes(sql::Database& database, const claim::Hasher& hasher);

/// Parts of it, each of which adds its messages to `wrong`: bookings with their legs, the shares of each claim and what limits
/// they used up; what devices ask for by day; what leads to acts; rides of locks; and accounts of people with their trees.
Status check_bookings(sql::Database& database, const std::map<std::int64_t, Programme>& programmes,
                      std::vector<std::string>& wrong);
Status check_days(sql::Database& database, const std::map<std::int64_t, Programme>& programmes, std::vector<std::string>& wrong);
Status check_acts(sql::Database& database, std::vector<std::string>& wrong);
Status check_locks(sql::Database& database, const claim::Hasher& hasher, std::vector<std::string>& wrong);
Status check_holdings(sql::Database& database, std::vector<std::string>& wrong);
/// Whether years that are closed are as they were then.
Status check_closes(sql::Database& database, const claim::Hasher& hasher, std::vector<std::string>& wrong);

/// A question of which the answer is 0 where all is well, and else how many do not hold.
struct Invariant {
  const char* must_be_zero;
  const char* what;
};
Status check_all(sql::Database& database, std::span<const Invariant> invariants, std::vector<std::string>& wrong);

/// Adds "3 claims ..." to `wrong`, where it is not 0.
void tell_wrong(std::uint64_t count, const char* what, std::vector<std::string>& wrong);

}  // namespace greentill::credit
