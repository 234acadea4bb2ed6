// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/sqlite/sqlite_trees.hpp"

#include "tools/credit-service/holdings/sqlite/statements.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

std::string text(const Query& row, int column) { return std::string(row.text(column)); }
int small(const Query& row, int column) { return static_cast<int>(row.integer(column)); }
std::optional<std::int32_t> degrees(const Query& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(small(row, column));
}
std::optional<std::int64_t> wide(const std::optional<std::int32_t>& value) {
  return value ? std::optional<std::int64_t>(*value) : std::nullopt;
}

Species species_of(const Query& r) {
  return {text(r, 0),  text(r, 1),  text(r, 2),   r.integer(3), text(r, 4),
          small(r, 5), small(r, 6), r.integer(7), text(r, 8),   r.integer(9) != 0};
}
TreeParty party_of(const Query& r) {
  return {text(r, 0), static_cast<TreeParty::Kind>(r.integer(1)), text(r, 2), text(r, 3), r.integer(4) != 0};
}
Site site_of(const Query& r) {
  return {text(r, 0), text(r, 1), text(r, 2), text(r, 3), small(r, 4), small(r, 5), r.integer(6), r.integer(7)};
}
TreeOrder order_of(const Query& r) {
  return {r.integer(0), text(r, 1),   text(r, 2),    text(r, 3),
          r.integer(4), r.integer(5), small(r, 6),   static_cast<TreeOrder::State>(r.integer(7)),
          r.integer(8), r.integer(9), r.optional(10)};
}
Tree tree_of(const Query& r) {
  return {text(r, 0),   r.integer(1), text(r, 2), static_cast<Tree::State>(r.integer(3)),
          r.integer(4), r.integer(5), text(r, 6), text(r, 7)};
}
TreePayment payment_of(const Query& r) {
  return {text(r, 0), text(r, 1), r.integer(2), text(r, 3), r.integer(4), r.optional(5), text(r, 6)};
}
TreeEvent event_of(const Query& r) {
  TreeEvent event;
  event.tree = r.text(0);
  event.no = r.integer(1);
  event.kind = static_cast<TreeEvent::Kind>(r.integer(2));
  event.at = r.integer(3);
  event.who = r.text(4);
  Digest photo{};
  if (r.fixed(5, photo)) event.photo = photo;
  event.taken_at = r.optional(6);
  event.latitude = degrees(r, 7);
  event.longitude = degrees(r, 8);
  event.why = r.text(9);
  return event;
}

CertifiedTrees certificate_of(const Query& r) {
  return {text(r, 0),
          text(r, 1),
          small(r, 2),
          static_cast<std::uint32_t>(r.integer(3)),
          static_cast<std::uint32_t>(r.integer(4)),
          static_cast<CertifiedTrees::State>(r.integer(5)),
          r.integer(6),
          text(r, 7)};
}

class SqliteTrees final : public TreeStore {
 public:
  explicit SqliteTrees(sqlite::Database& database) : statements_(database) {}

  Result<std::optional<Species>> species(const std::string& id) override {
    return statements_.first(species_of, "SELECT * FROM species WHERE id = ?", id);
  }
  Result<std::vector<Species>> all_species() override {
    return statements_.list(species_of, "SELECT * FROM species ORDER BY id");
  }
  Status put(const Species& s) override {
    return statements_.run("INSERT OR REPLACE INTO species VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", s.id, s.scientific, s.name,
                           s.price_mg, s.region, s.first_month, s.last_month, s.cost, s.currency, int{s.on_offer});
  }
  Result<std::optional<TreeParty>> party(const std::string& id) override {
    return statements_.first(party_of, "SELECT * FROM tree_parties WHERE id = ?", id);
  }
  Result<std::vector<TreeParty>> parties() override {
    return statements_.list(party_of, "SELECT * FROM tree_parties ORDER BY id");
  }
  Status put(const TreeParty& p) override {
    return statements_.run("INSERT OR REPLACE INTO tree_parties VALUES(?, ?, ?, ?, ?)", p.id, static_cast<int>(p.is), p.name,
                           p.works_for, int{p.active});
  }
  Result<std::optional<Site>> site(const std::string& id) override {
    return statements_.first(site_of, "SELECT * FROM sites WHERE id = ?", id);
  }
  Result<std::vector<Site>> sites() override { return statements_.list(site_of, "SELECT * FROM sites ORDER BY id"); }
  Status put(const Site& s) override {
    return statements_.run("INSERT OR REPLACE INTO sites VALUES(?, ?, ?, ?, ?, ?, ?, ?)", s.id, s.planter, s.name, s.region,
                           int{s.latitude}, int{s.longitude}, s.room, s.ordered);
  }

  Result<std::optional<TreeOrder>> order(std::int64_t no) override {
    return statements_.first(order_of, "SELECT * FROM tree_orders WHERE no = ?", no);
  }
  Result<std::optional<TreeOrder>> order_by_key(const std::string& key) override {
    return statements_.first(order_of, "SELECT * FROM tree_orders WHERE key = ?", key);
  }
  Result<std::int64_t> add_order(const TreeOrder& o) override {
    return statements_.insert("INSERT INTO tree_orders VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", o.key, o.species, o.site,
                              o.trees, o.price_mg, o.year, static_cast<int>(o.state), o.placed_at, o.until, o.decided_at);
  }
  Status put(const TreeOrder& o) override {
    return statements_.run("UPDATE tree_orders SET state = ?2, decided_at = ?3 WHERE no = ?1", o.no, static_cast<int>(o.state),
                           o.decided_at);
  }
  Result<std::vector<std::int64_t>> overdue(std::int64_t now, std::size_t most) override {
    return statements_.list([](const Query& row) { return row.integer(0); },
                            "SELECT no FROM tree_orders WHERE state = 0 AND until <= ? ORDER BY until LIMIT ?", now,
                            static_cast<std::int64_t>(most));
  }
  Result<std::vector<Tree>> trees_of(std::int64_t order) override {
    return statements_.list(tree_of, "SELECT * FROM trees WHERE tree_order = ? ORDER BY number", order);
  }

  Result<std::optional<Tree>> tree(const std::string& number) override {
    return statements_.first(tree_of, "SELECT * FROM trees WHERE number = ?", number);
  }
  Status put(const Tree& t) override {
    return statements_.run("INSERT OR REPLACE INTO trees VALUES(?, ?, ?, ?, ?, ?, ?, ?)", t.number, t.order, t.site,
                           static_cast<int>(t.state), t.since, t.ordered_at, t.replaces, t.replaced_by);
  }
  Result<std::int64_t> next_serial(const std::string& prefix) override {
    auto serial = statements_.first(
        [](const Query& row) { return row.integer(0); },
        "INSERT INTO tree_serials VALUES(?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last", prefix);
    if (!serial) return Failure{serial.error()};
    return **serial;
  }
  Status add(const TreeEvent& e) override {
    return statements_.run("INSERT INTO tree_events VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", e.tree, e.no, static_cast<int>(e.kind),
                           e.at, e.who, e.photo, e.taken_at, wide(e.latitude), wide(e.longitude), e.why);
  }
  Result<std::vector<TreeEvent>> events(const std::string& tree) override {
    return statements_.list(event_of, "SELECT * FROM tree_events WHERE tree = ? ORDER BY no", tree);
  }
  Result<std::optional<std::string>> tree_with_photo(const Digest& photo) override {
    return statements_.first([](const Query& row) { return text(row, 0); }, "SELECT tree FROM tree_events WHERE photo = ?",
                             photo);
  }
  Result<std::optional<TreePayment>> payment(const std::string& tree) override {
    return statements_.first(payment_of, "SELECT * FROM tree_payments WHERE tree = ?", tree);
  }
  Status put(const TreePayment& p) override {
    return statements_.run("INSERT OR REPLACE INTO tree_payments VALUES(?, ?, ?, ?, ?, ?, ?)", p.tree, p.planter, p.amount,
                           p.currency, p.due_at, p.paid_at, p.reference);
  }

  Result<std::optional<CertifiedTrees>> certificate(const std::string& number) override {
    return statements_.first(certificate_of, "SELECT * FROM tree_certificates WHERE number = ?", number);
  }
  Status add(const CertifiedTrees& c, const std::vector<std::string>& trees) override {
    Status added =
        statements_.run("INSERT INTO tree_certificates VALUES(?, ?, ?, ?, ?, ?, ?, ?)", c.number, c.account, c.year,
                        std::int64_t{c.list}, std::int64_t{c.index}, static_cast<int>(c.state), c.issued_at, as_bytes(c.message));
    for (const std::string& tree : trees) {
      if (added) added = statements_.run("INSERT INTO certified_trees VALUES(?, ?)", tree, c.number);
    }
    return added;
  }
  Status put_state(const std::string& certificate, CertifiedTrees::State state) override {
    return statements_.run("UPDATE tree_certificates SET state = ?2 WHERE number = ?1", certificate, static_cast<int>(state));
  }
  Result<std::vector<std::string>> certificates_with(const std::string& tree, const std::string& account) override {
    return statements_.list(
        [](const Query& row) { return text(row, 0); },
        "SELECT number FROM certified_trees CROSS JOIN tree_certificates ON number = certificate WHERE tree = ?1 "
        "AND (?2 = '' OR participant = ?2) ORDER BY number",
        tree, account);
  }
  Result<std::pair<std::uint32_t, std::size_t>> last_list() override {
    using Last = std::pair<std::uint32_t, std::size_t>;
    const auto last = statements_.first(
        [](const Query& row) {
          return Last{static_cast<std::uint32_t>(row.integer(0)), static_cast<std::size_t>(row.integer(1))};
        },
        "SELECT list, count(*) FROM tree_certificates WHERE list = (SELECT max(list) FROM tree_certificates) GROUP BY list");
    if (!last) return Failure{last.error()};
    return last->value_or(Last{});
  }
  Result<bool> is_place_taken(std::uint32_t list, std::uint32_t index) override {
    const auto taken = statements_.first([](const Query& row) { return row.integer(0); },
                                         "SELECT 1 FROM tree_certificates WHERE list = ? AND place = ?", std::int64_t{list},
                                         std::int64_t{index});
    if (!taken) return Failure{taken.error()};
    return taken->has_value();
  }
  Result<std::vector<std::pair<std::uint32_t, CertifiedTrees::State>>> not_good(std::uint32_t list) override {
    return statements_.list(
        [](const Query& row) {
          return std::pair(static_cast<std::uint32_t>(row.integer(0)), static_cast<CertifiedTrees::State>(row.integer(1)));
        },
        "SELECT place, state FROM tree_certificates WHERE list = ? AND state <> 0", std::int64_t{list});
  }
  Result<std::vector<CertifiedTrees>> certificates(const std::string& account) override {
    return statements_.list(
        certificate_of,
        "SELECT number, participant, year, list, place, state, issued_at, x'' FROM tree_certificates WHERE ?1 = '' "
        "OR participant = ?1 ORDER BY issued_at, number",
        account);
  }

  Result<std::vector<Tree>> trees(const std::string& site, std::optional<Tree::State> state, const std::string& after,
                                  std::size_t most) override {
    const auto wanted = state ? std::optional<std::int64_t>(static_cast<std::int64_t>(*state)) : std::nullopt;
    return statements_.list(tree_of,
                            "SELECT * FROM trees WHERE number > ?3 AND (?1 = '' OR site = ?1) AND (?2 IS NULL OR state = ?2) "
                            "ORDER BY number LIMIT ?4",
                            site, wanted, after, static_cast<std::int64_t>(most));
  }
  Result<std::vector<TreeOrder>> orders(std::int64_t after, std::size_t most) override {
    return statements_.list(order_of, "SELECT * FROM tree_orders WHERE no > ? ORDER BY no LIMIT ?", after,
                            static_cast<std::int64_t>(most));
  }
  Result<std::vector<TreePayment>> payments(const std::string& planter, bool unpaid_alone) override {
    return statements_.list(
        payment_of, "SELECT * FROM tree_payments WHERE (?1 = '' OR planter = ?1) AND (?2 = 0 OR paid_at IS NULL) ORDER BY tree",
        planter, int{unpaid_alone});
  }

 private:
  Statements statements_;
};

}  // namespace

std::unique_ptr<TreeStore> make_sqlite_trees(sqlite::Database& database) { return std::make_unique<SqliteTrees>(database); }

}  // namespace greentill::credit
