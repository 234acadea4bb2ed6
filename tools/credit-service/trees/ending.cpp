// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/trees/ending.hpp"

namespace greentill::credit {

Status end_order(TreeStore& trees, AccountStore& holders, Spending& spending, TreeOrder& order, TreeOrder::State state,
                 std::int64_t now) {
  auto spends = holders.spends_of(order.no);
  if (!spends) return Failure{spends.error()};
  for (Spend& spend : *spends) {
    if (Status back = spending.decide(spend, Spend::State::released, now); !back) return back;
  }
  if (Status free = trees.add_ordered(order.site, -order.trees); !free) return free;
  order.state = state;
  order.decided_at = now;
  return trees.put(order);
}

Result<std::size_t> expire_orders(Store& ledger, std::int64_t now, std::size_t most) {
  TreeStore& trees = ledger.trees();
  const auto any = trees.overdue(now, 1);
  if (!any) return Failure{any.error()};
  if (any->empty()) return std::size_t{0};
  std::size_t ended = 0;
  Status done = ledger.transact([&]() -> Status {
    const auto overdue = trees.overdue(now, most);
    if (!overdue) return Failure{overdue.error()};
    Spending spending(ledger, ledger.accounts());
    for (const std::int64_t no : *overdue) {
      auto order = trees.order(no);
      if (!order) return Failure{order.error()};
      if (!*order) return fail(ErrorCode::corrupt, "ledger: order " + std::to_string(no) + " is missing");
      Status over = end_order(trees, ledger.accounts(), spending, **order, TreeOrder::State::expired, now);
      if (!over) return over;
    }
    ended = overdue->size();
    return Done{};
  });
  if (!done) return Failure{done.error()};
  return ended;
}

}  // namespace greentill::credit
