// SPDX-License-Identifier: Apache-2.0
// The daemon's JSON about claims, as text for people. Missing members are left out. Threads: pure functions.
#pragma once

#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// Which sale an item of a list belongs to; what is not known is empty.
struct SaleText {
  std::string time;  ///< as the shop's clock showed it: "2026-11-24 08:15"
  std::string till;
  std::string receipt_number;
};
/// `otherwise`: the JSON pointer of the time that stands for an unknown sale's.
[[nodiscard]] SaleText sale_text(const Json& item, const char* otherwise);
/// The same as columns of a table.
[[nodiscard]] std::string sale_columns(const Json& item, const char* otherwise);
[[nodiscard]] std::string sale_columns_head();

/// One row of the table of claims, without a line end.
[[nodiscard]] std::string claim_row(const Json& claim);
[[nodiscard]] std::string claim_row_head();
/// The same as a record of CSV, with its line end.
[[nodiscard]] std::string claim_csv(const Json& claim);
[[nodiscard]] std::string claim_csv_head();
/// "claim 12 (receipt.paperless, 0.594 g) of receipt 1702 at till-9, 2026-11-24 08:15".
[[nodiscard]] std::string claim_in_words(const Json& claim);
/// All of a claim, in many lines.
[[nodiscard]] std::string claim_page(const Json& claim);

}  // namespace greentill::cli
