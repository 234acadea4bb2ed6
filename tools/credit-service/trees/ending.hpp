// SPDX-License-Identifier: Apache-2.0
// How orders end that nobody confirms: what was set aside for them goes back. docs/trees.md, "Orders". Threads: one.
#pragma once

#include <cstdint>

#include "daemon/base/error.hpp"
#include "tools/credit-service/accounts/spending.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/holdings/tree_store.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// Ends an open order. Within a transaction of the ledger's store.
Status end_order(TreeStore& trees, AccountStore& holders, Spending& spending, TreeOrder& order, TreeOrder::State state,
                 std::int64_t now);

/// Ends open orders whose time is over at `now`, at most `most`, in a transaction of its own; how many. Where there are none it
/// takes no lock.
Result<std::size_t> expire_orders(Store& ledger, std::int64_t now, std::size_t most);

}  // namespace greentill::credit
