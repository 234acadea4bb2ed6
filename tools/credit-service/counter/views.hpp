// SPDX-License-Identifier: Apache-2.0
// Accounts and trees as JSON, the same by command and by HTTP. Times are Unix seconds, credit is in mg. Threads: pure functions;
// those with a counter read its store.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "tools/credit-service/counter/counter.hpp"

namespace greentill::credit {

using Json = nlohmann::ordered_json;

Json to_json(const Account& account);
Json to_json(const Spend& spend);
Json to_json(const TreeOrder& order, const std::vector<Spend>& spends);
Json to_json(const Tree& tree);
Json to_json(const TreeEvent& event);
Json to_json(const TreePayment& payment);
Json to_json(const Species& species);
Json to_json(const TreeParty& party);
Json to_json(const Site& site);
Json to_json(const CertifiedTrees& certificate);
Json to_json(const Voucher& voucher);
Json to_json(const YearClose& close);

/// With its credit, purses, groups or members, and orders.
Result<Json> view_of(Counter& counter, const Account& account);
/// With who pays for it, and its trees.
Result<Json> view_of(Counter& counter, const TreeOrder& order);
/// With what was said of it, and whose credit it consumed.
Result<Json> view_of(Counter& counter, const Tree& tree);

}  // namespace greentill::credit
