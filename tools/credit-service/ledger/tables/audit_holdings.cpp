// SPDX-License-Identifier: Apache-2.0
// Accounts of people, what they spent, and trees.
#include "tools/credit-service/ledger/tables/audit.hpp"

namespace greentill::credit {
namespace {

// States of a spend: 0 reserved, 1 agreed, 2 spent, 3 released. Its purses' legs are minus what is set aside or spent, or add up
// to nothing.
constexpr Invariant kOfAccounts[] = {
    {"SELECT count(*) FROM accounts a LEFT JOIN purses p ON p.participant = a.owner AND p.account = a.no WHERE a.owner IS NOT "
     "NULL AND p.account IS NULL",
     "purses are not among their owner's"},
    {"SELECT count(*) FROM purses p LEFT JOIN accounts a ON a.no = p.account WHERE a.owner IS NOT p.participant",
     "purses are another's than whose they are listed as"},
    {"SELECT count(*) FROM purses p LEFT JOIN participants o ON o.id = p.participant WHERE o.id IS NULL OR o.state = 2",
     "purses are no account's"},
    {"SELECT (SELECT count(*) FROM members m LEFT JOIN memberships s USING (participant, team) WHERE s.team IS NULL) + (SELECT "
     "count(*) FROM memberships s LEFT JOIN members m USING (participant, team) WHERE m.team IS NULL)",
     "members are not on both sides"},
    {"SELECT count(*) FROM members m LEFT JOIN participants t ON t.id = m.team LEFT JOIN participants p ON p.id = m.participant "
     "WHERE t.state IS NOT 0 OR p.state IS NOT 0 OR t.kind NOT IN (1, 2)",
     "members are of no group, or no account"},
    {"SELECT count(*) FROM bookings b LEFT JOIN spends s ON s.no = -b.claim WHERE b.claim < 0 AND s.no IS NULL",
     "bookings are no spend's"},
    {"SELECT count(*) FROM spends s LEFT JOIN (SELECT claim, sum(mg) AS mg FROM legs WHERE claim < 0 GROUP BY claim) l ON "
     "l.claim "
     "= -s.no WHERE coalesce(l.mg, 0) <> iif(s.state = 3, 0, -s.mg) OR s.mg <= 0",
     "spends are not booked as they stand"},
    {"SELECT (SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'reserved') - (SELECT coalesce(sum(mg), 0) FROM spends "
     "WHERE state < 2)",
     "mg: what is set aside is not what stands so"},
    {"SELECT (SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'spent') - (SELECT coalesce(sum(mg), 0) FROM spends "
     "WHERE state = 2)",
     "mg: what was spent is not what stands so"},
};

// States of an order: 0 open, 1 confirmed, 2 cancelled, 3 expired; of a tree: 2 standing, 4 replaced.
constexpr Invariant kOfTrees[] = {
    {"SELECT count(*) FROM tree_orders o WHERE (SELECT coalesce(sum(mg), 0) FROM spends WHERE tree_order = o.no AND state < 3) "
     "<> "
     "iif(o.state < 2, o.trees * o.price_mg, 0) OR EXISTS (SELECT 1 FROM spends WHERE tree_order = o.no AND (state = 2) <> "
     "(o.state = 1))",
     "orders are not paid as they stand"},
    {"SELECT count(*) FROM spends WHERE tree_order NOT IN (SELECT no FROM tree_orders)", "spends are for no order"},
    {"SELECT count(*) FROM tree_orders o WHERE (SELECT count(*) - coalesce(sum(state = 4), 0) FROM trees WHERE tree_order = "
     "o.no) "
     "<> iif(o.state = 1, o.trees, 0)",
     "orders do not have their trees"},
    {"SELECT count(*) FROM trees WHERE tree_order NOT IN (SELECT no FROM tree_orders)", "trees are of no order"},
    {"SELECT count(*) FROM sites s WHERE ordered > room OR ordered <> (SELECT coalesce(sum(trees), 0) FROM tree_orders WHERE "
     "site "
     "= s.id AND state < 2)",
     "sites have other trees ordered than they say, or more than they have room for"},
    {"SELECT count(*) FROM trees t LEFT JOIN trees r ON r.number = t.replaced_by WHERE (t.state = 4) <> (t.replaced_by <> '') OR "
     "(t.state = 4 AND r.replaces IS NOT t.number)",
     "trees are replaced by none, or by one that does not say so"},
    {"SELECT count(*) FROM trees t WHERE state = 2 AND NOT EXISTS (SELECT 1 FROM tree_events e CROSS JOIN tree_parties p ON p.id "
     "= "
     "e.who CROSS JOIN sites s ON s.id = t.site WHERE e.tree = t.number AND e.kind = 1 AND p.kind = 1 AND p.works_for <> "
     "s.planter)",
     "trees stand that nobody approved who may"},
    {"SELECT count(*) FROM tree_payments p WHERE NOT EXISTS (SELECT 1 FROM tree_events e WHERE e.tree = p.tree AND e.kind = 1)",
     "payments are for trees that nobody approved"},
};

}  // namespace

Status check_holdings(sql::Database& database, std::vector<std::string>& wrong) {
  Status checked = check_all(database, kOfAccounts, wrong);
  return checked ? check_all(database, kOfTrees, wrong) : checked;
}

}  // namespace greentill::credit
