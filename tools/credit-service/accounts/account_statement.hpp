// SPDX-License-Identifier: Apache-2.0
// An account's credit line by line, the latest first. docs/accounts.md, "Statement". Threads: one.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

struct StatementEntry {
  std::int64_t at = 0;
  std::int64_t mg = 0;  ///< below 0: what left the account
  BookingKind kind = BookingKind::grant;
  std::int64_t spendable_at = 0;
  std::string activity, merchant, device;  ///< of the claim that it is of; empty: it is of none
  std::int64_t order = 0;                  ///< what was set aside, spent or given back for; 0: for none
  std::int64_t voucher = 0;                ///< by which it was moved; 0: by none

  /// As commands and the API spell what became of the credit: granted, taken-back, stands-again, made-up-for (a shortfall),
  /// set-aside, given-back, voucher, lapsed.
  [[nodiscard]] std::string_view what() const;
};

[[nodiscard]] nlohmann::ordered_json to_json(const StatementEntry& entry);

struct StatementPage {
  std::vector<StatementEntry> entries;
  std::string next;  ///< what to go on behind; empty: there is no more
};

/// At most `most` entries behind `after`, which is empty or StatementPage::next. Cost: a look at each purse, and at the claims of
/// what it answers. Errors: invalid where `after` is no such place, besides the stores'.
Result<StatementPage> read_statement(Store& ledger, AccountStore& holders, const std::string& account, const std::string& after,
                                     std::size_t most);

}  // namespace greentill::credit
