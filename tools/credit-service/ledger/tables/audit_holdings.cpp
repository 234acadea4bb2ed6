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
    {"SELECT count(*) FROM purses p LEFT JOIN accounts a ON a.no = p.account WHERE a.owner IS DISTINCT FROM p.participant",
     "purses are another's than whose they are listed as"},
    {"SELECT count(*) FROM purses p LEFT JOIN participants o ON o.id = p.participant WHERE o.id IS NULL OR o.state = 2",
     "purses are no account's"},
    {"SELECT (SELECT count(*) FROM members m LEFT JOIN memberships s USING (participant, team) WHERE s.team IS NULL) + (SELECT "
     "count(*) FROM memberships s LEFT JOIN members m USING (participant, team) WHERE m.team IS NULL)",
     "members are not on both sides"},
    {"SELECT count(*) FROM members m LEFT JOIN participants t ON t.id = m.team LEFT JOIN participants p ON p.id = m.participant "
     "WHERE t.state IS DISTINCT FROM 0 OR p.state IS DISTINCT FROM 0 OR t.kind NOT IN (1, 2)",
     "members are of no group, or no account"},
    {"SELECT count(*) FROM bookings b LEFT JOIN spends s ON s.no = -b.claim WHERE b.claim < 0 AND b.claim > "
     "-1099511627776 AND s.no IS NULL",
     "bookings are no spend's"},
    {"SELECT count(*) FROM spends s LEFT JOIN (SELECT claim, sum(mg) AS mg FROM legs WHERE claim < 0 AND claim > -1099511627776 "
     "GROUP BY claim) l ON "
     "l.claim "
     "= -s.no WHERE coalesce(l.mg, 0) <> CASE WHEN s.state = 3 THEN 0 ELSE -s.mg END OR s.mg <= 0",
     "spends are not booked as they stand"},
    {"SELECT (SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'reserved') - (SELECT coalesce(sum(mg), 0) FROM spends "
     "WHERE state < 2)",
     "mg: what is set aside is not what stands so"},
    {"SELECT (SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'spent') - (SELECT coalesce(sum(mg), 0) FROM spends "
     "WHERE state = 2)",
     "mg: what was spent is not what stands so"},
};

// States of an order: 0 open, 1 confirmed, 2 cancelled, 3 expired; of a tree: 2 standing, 4 replaced.
constexpr Invariant kOfOrders[] = {
    {"SELECT count(*) FROM tree_orders o LEFT JOIN (SELECT tree_order, sum(CASE WHEN state < 3 THEN mg ELSE 0 END) AS mg, "
     "sum(CASE WHEN state = 2 THEN 1 ELSE 0 END) AS spent, count(*) AS parts FROM spends GROUP BY tree_order) s ON s.tree_order "
     "= o.no WHERE coalesce(s.mg, 0) <> CASE WHEN o.state < 2 THEN o.trees * o.price_mg ELSE 0 END OR coalesce(s.spent, 0) <> "
     "CASE WHEN o.state = 1 THEN coalesce(s.parts, 0) ELSE 0 END",
     "orders are not paid as they stand"},
    {"SELECT count(*) FROM spends WHERE tree_order NOT IN (SELECT no FROM tree_orders)", "spends are for no order"},
    {"SELECT (SELECT count(*) FROM spends s LEFT JOIN order_spends o ON o.tree_order = s.tree_order AND o.no = s.no WHERE "
     "o.participant IS DISTINCT FROM s.participant) + (SELECT count(*) FROM order_spends o LEFT JOIN spends s ON s.participant = "
     "o.participant AND s.no = o.no WHERE s.no IS NULL)",
     "spends are not among their order's"},
    {"SELECT (SELECT count(*) FROM tree_orders o LEFT JOIN order_keys k ON k.key = o.key WHERE k.no IS DISTINCT FROM o.no) + "
     "(SELECT count(*) FROM order_keys WHERE no NOT IN (SELECT no FROM tree_orders))",
     "orders are not found by their keys"},
    {"SELECT count(*) FROM sites s LEFT JOIN ordered_trees d ON d.site = s.id LEFT JOIN (SELECT site, sum(trees) AS trees FROM "
     "tree_orders WHERE state < 2 GROUP BY site) o ON o.site = s.id WHERE coalesce(d.trees, 0) > s.room OR coalesce(d.trees, 0) "
     "<> coalesce(o.trees, 0)",
     "sites have other trees ordered than they say, or more than they have room for"},
};

constexpr Invariant kOfTrees[] = {
    {"SELECT count(*) FROM tree_orders o LEFT JOIN (SELECT tree_order, sum(CASE WHEN state = 4 THEN 0 ELSE 1 END) AS trees FROM "
     "trees GROUP BY tree_order) t ON t.tree_order = o.no WHERE coalesce(t.trees, 0) <> CASE WHEN o.state = 1 THEN o.trees ELSE "
     "0 END",
     "orders do not have their trees"},
    {"SELECT count(*) FROM trees WHERE tree_order NOT IN (SELECT no FROM tree_orders)", "trees are of no order"},
    {"SELECT (SELECT count(*) FROM trees t LEFT JOIN tree_numbers n ON n.number = t.number WHERE n.tree_order IS DISTINCT FROM "
     "t.tree_order) + (SELECT count(*) FROM tree_numbers n LEFT JOIN trees t ON t.tree_order = n.tree_order AND t.number = "
     "n.number WHERE t.number IS NULL)",
     "trees are not found by their numbers"},
    {"SELECT count(*) FROM trees t LEFT JOIN trees r ON r.number = t.replaced_by WHERE (t.state = 4) <> (t.replaced_by <> '') OR "
     "(t.state = 4 AND r.replaces IS DISTINCT FROM t.number)",
     "trees are replaced by none, or by one that does not say so"},
    {"SELECT count(*) FROM trees t WHERE state = 2 AND NOT EXISTS (SELECT 1 FROM tree_events e CROSS JOIN tree_parties p ON p.id "
     "= e.who CROSS JOIN sites s ON s.id = t.site WHERE e.tree = t.number AND e.kind = 1 AND p.kind = 1 AND p.works_for <> "
     "s.planter)",
     "trees stand that nobody approved who may"},
    {"SELECT (SELECT count(*) FROM tree_events e LEFT JOIN tree_photos p ON p.photo = e.photo WHERE e.photo IS NOT NULL AND "
     "p.tree IS DISTINCT FROM e.tree) + (SELECT count(*) FROM tree_photos p LEFT JOIN tree_events e ON e.tree = p.tree AND "
     "e.photo = p.photo WHERE e.tree IS NULL)",
     "photos are evidence of another tree, or of none"},
    {"SELECT count(*) FROM tree_payments p WHERE NOT EXISTS (SELECT 1 FROM tree_events e WHERE e.tree = p.tree AND e.kind = 1)",
     "payments are for trees that nobody approved"},
};

constexpr Invariant kOfCertificates[] = {
    {"SELECT (SELECT count(*) FROM tree_certificates c LEFT JOIN certificate_holders h ON h.number = c.number WHERE "
     "h.participant "
     "IS DISTINCT FROM c.participant) + (SELECT count(*) FROM certificate_holders h LEFT JOIN tree_certificates c ON "
     "c.participant = h.participant AND c.number = h.number WHERE c.number IS NULL)",
     "certificates are not found by their numbers"},
    {"SELECT (SELECT count(*) FROM tree_certificates c LEFT JOIN status_places p ON p.list = c.list AND p.place = c.place WHERE "
     "p.state IS DISTINCT FROM c.state) + (SELECT count(*) FROM status_lists l LEFT JOIN (SELECT list, count(*) AS taken FROM "
     "tree_certificates GROUP BY list) c ON c.list = l.list WHERE c.taken IS DISTINCT FROM l.taken) + abs((SELECT count(*) FROM "
     "status_places) - (SELECT coalesce(sum(taken), 0) FROM status_lists))",
     "certificates have another state than their place in a list says, or lists other places taken"},
    {"SELECT (SELECT count(*) FROM certified_trees c LEFT JOIN tree_numbers n ON n.number = c.tree WHERE n.number IS NULL) + "
     "(SELECT count(*) FROM certified_trees c LEFT JOIN certificate_holders h ON h.number = c.certificate WHERE h.number IS "
     "NULL)",
     "certificates name trees that are none, or are none themselves"},
};

// Kinds of a voucher: 0 correction, 1 payout, 2 funding, 3 returned; states: 0 proposed, 1 booked, 2 rejected, 3 paid, 4
// returned. Their bookings are of -(2^40 + no), and what lapsed is of -(2^41 + purse).
constexpr Invariant kOfVouchers[] = {
    {"SELECT count(*) FROM vouchers v LEFT JOIN (SELECT claim, count(*) AS times, sum(CASE WHEN kind = 5 THEN 0 ELSE 1 END) AS "
     "others FROM bookings WHERE claim <= -1099511627776 AND claim > -2199023255552 GROUP BY claim) b ON b.claim = "
     "-(1099511627776 + v.no) WHERE coalesce(b.times, 0) <> CASE WHEN v.state IN (1, 3, 4) THEN 1 ELSE 0 END OR "
     "coalesce(b.others, 0) <> 0 OR v.mg <= 0",
     "vouchers are not booked as they stand"},
    {"SELECT count(*) FROM bookings b LEFT JOIN vouchers v ON v.no = -(b.claim + 1099511627776) WHERE b.claim <= -1099511627776 "
     "AND b.claim > -2199023255552 AND v.no IS NULL",
     "bookings are no voucher's"},
    {"SELECT count(*) FROM vouchers WHERE state IN (1, 3, 4) AND (decided_by = proposed_by OR decided_by = '')",
     "vouchers are booked that no second person approved"},
    {"SELECT (SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'paid-out') - (SELECT coalesce(sum(mg), 0) FROM "
     "vouchers "
     "WHERE kind = 1 AND state IN (1, 3))",
     "mg: what was paid out is not what stands so"},
    {"SELECT count(*) FROM vouchers p WHERE p.state = 4 AND (SELECT count(*) FROM vouchers r WHERE r.of_voucher = p.no AND "
     "r.kind = 3 "
     "AND r.state = 1) <> 1",
     "payouts are returned that nobody decided"},
    {"SELECT (SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'sponsor') + (SELECT coalesce(sum(mg), 0) FROM "
     "vouchers "
     "WHERE kind = 2 AND state = 1 AND from_party LIKE 'sponsor/%')",
     "mg: what sponsors gave is not what stands so"},
    {"SELECT (SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'lapsed') + (SELECT coalesce(sum(mg), 0) FROM legs "
     "WHERE "
     "claim <= -2199023255552)",
     "mg: what lapsed is not what left purses so"},
    {"SELECT count(*) FROM bookings WHERE claim <= -2199023255552 AND (kind <> 6 OR -(claim + 2199023255552) NOT IN (SELECT no "
     "FROM "
     "accounts))",
     "credit lapsed that was in no purse"},
};

}  // namespace

Status check_holdings(sql::Database& database, std::vector<std::string>& wrong) {
  for (const std::span<const Invariant> some :
       {std::span<const Invariant>(kOfAccounts), std::span<const Invariant>(kOfOrders), std::span<const Invariant>(kOfTrees),
        std::span<const Invariant>(kOfCertificates), std::span<const Invariant>(kOfVouchers)}) {
    if (Status checked = check_all(database, some, wrong); !checked) return checked;
  }
  return Done{};
}

}  // namespace greentill::credit
