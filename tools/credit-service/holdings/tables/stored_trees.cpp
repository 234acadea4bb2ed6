// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/tables/stored_trees.hpp"

#include "tools/credit-service/holdings/tables/tree_rows.hpp"

namespace greentill::credit {
namespace {

using sql::Query;

std::string first_text(const Query& row) { return text_at(row, 0); }
std::int64_t first_number(const Query& row) { return row.integer(0); }

std::optional<std::int64_t> wide(const std::optional<std::int32_t>& value) {
  return value ? std::optional<std::int64_t>(*value) : std::nullopt;
}

class StoredTrees final : public TreeStore {
 public:
  explicit StoredTrees(sql::Database& database) : database_(database), statements_(database) {}

  Result<std::optional<Species>> species(const std::string& id) override {
    return statements_.first<Species>("SELECT * FROM species WHERE id = ?", species_of, id);
  }
  Result<std::vector<Species>> all_species() override {
    return statements_.list<Species>("SELECT * FROM species ORDER BY id", species_of);
  }
  Status put(const Species& s) override {
    return statements_.run(
        "INSERT INTO species VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO UPDATE SET scientific = ?2, "
        "name = ?3, price_mg = ?4, region = ?5, first_month = ?6, last_month = ?7, cost = ?8, currency = ?9, on_offer = ?10",
        s.id, s.scientific, s.name, s.price_mg, s.region, s.first_month, s.last_month, s.cost, s.currency, int{s.on_offer});
  }
  Result<std::optional<TreeParty>> party(const std::string& id) override {
    return statements_.first<TreeParty>("SELECT * FROM tree_parties WHERE id = ?", party_of, id);
  }
  Result<std::vector<TreeParty>> parties() override {
    return statements_.list<TreeParty>("SELECT * FROM tree_parties ORDER BY id", party_of);
  }
  Status put(const TreeParty& p) override {
    return statements_.run(
        "INSERT INTO tree_parties VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET kind = ?2, name = ?3, works_for = "
        "?4, active = ?5",
        p.id, static_cast<int>(p.is), p.name, p.works_for, int{p.active});
  }
  Result<std::optional<Site>> site(const std::string& id) override {
    auto site = statements_.first<Site>("SELECT * FROM sites WHERE id = ?", site_of, id);
    if (!site || !*site) return site;
    const auto ordered = statements_.first<std::int64_t>("SELECT trees FROM ordered_trees WHERE site = ?", first_number, id);
    if (!ordered) return Failure{ordered.error()};
    (*site)->ordered = ordered->value_or(0);
    return site;
  }
  Result<std::vector<std::string>> sites(const std::string& region) override {
    return statements_.list<std::string>("SELECT id FROM sites WHERE ?1 = '' OR region = ?1 ORDER BY id", first_text, region);
  }
  Status put(const Site& s) override {
    return statements_.run(
        "INSERT INTO sites VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET planter = ?2, name = ?3, region = "
        "?4, latitude = ?5, longitude = ?6, room = ?7",
        s.id, s.planter, s.name, s.region, int{s.latitude}, int{s.longitude}, s.room);
  }
  Status add_ordered(const std::string& site, std::int64_t trees) override {
    return statements_.run(
        "INSERT INTO ordered_trees AS o VALUES(?, ?) ON CONFLICT (site) DO UPDATE SET trees = o.trees + excluded.trees", site,
        trees);
  }

  Result<std::optional<TreeOrder>> order(std::int64_t no) override {
    return statements_.first<TreeOrder>("SELECT * FROM tree_orders WHERE no = ?", order_of, no);
  }
  Result<std::optional<TreeOrder>> order_by_key(const std::string& key) override {
    const auto no = statements_.first<std::int64_t>("SELECT no FROM order_keys WHERE key = ?", first_number, key);
    if (!no) return Failure{no.error()};
    return *no ? order(**no) : Result<std::optional<TreeOrder>>(std::optional<TreeOrder>());
  }
  Result<std::int64_t> add_order(const TreeOrder& o) override {
    const auto no = database_.next_number("tree_orders");
    if (!no) return Failure{no.error()};
    Status added = statements_.run("INSERT INTO order_keys VALUES(?, ?)", o.key, *no);
    if (added) {
      added = statements_.run("INSERT INTO tree_orders VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *no, o.key, o.species, o.site,
                              o.trees, o.price_mg, o.year, static_cast<int>(o.state), o.placed_at, o.until, o.decided_at);
    }
    return added ? no : Failure{added.error()};
  }
  Status put(const TreeOrder& o) override {
    return statements_.run("UPDATE tree_orders SET state = ?2, decided_at = ?3 WHERE no = ?1", o.no, static_cast<int>(o.state),
                           o.decided_at);
  }
  Result<std::vector<std::int64_t>> overdue(std::int64_t now, std::size_t most) override {
    return statements_.list<std::int64_t>(GREENTILL_ACROSS
                                          "SELECT no FROM tree_orders WHERE state = 0 AND until <= ? ORDER BY until, no LIMIT ?",
                                          first_number, now, static_cast<std::int64_t>(most));
  }
  Result<std::vector<Tree>> trees_of(std::int64_t order) override {
    return statements_.list<Tree>("SELECT * FROM trees WHERE tree_order = ? ORDER BY number", tree_of, order);
  }

  Result<std::optional<Tree>> tree(const std::string& number) override {
    const auto order =
        statements_.first<std::int64_t>("SELECT tree_order FROM tree_numbers WHERE number = ?", first_number, number);
    if (!order) return Failure{order.error()};
    if (!*order) return std::optional<Tree>();
    return statements_.first<Tree>("SELECT * FROM trees WHERE tree_order = ? AND number = ?", tree_of, **order, number);
  }
  Status add(const Tree& t) override {
    Status added = statements_.run("INSERT INTO tree_numbers VALUES(?, ?)", t.number, t.order);
    if (!added) return added;
    return statements_.run("INSERT INTO trees VALUES(?, ?, ?, ?, ?, ?, ?, ?)", t.order, t.number, t.site,
                           static_cast<int>(t.state), t.since, t.ordered_at, t.replaces, t.replaced_by);
  }
  Status put(const Tree& t) override {
    return statements_.run("UPDATE trees SET state = ?3, since = ?4, replaced_by = ?5 WHERE tree_order = ?1 AND number = ?2",
                           t.order, t.number, static_cast<int>(t.state), t.since, t.replaced_by);
  }
  Result<std::int64_t> next_serial(const std::string& prefix) override {
    const auto serial = statements_.first<std::int64_t>(
        "INSERT INTO tree_serials AS s VALUES(?, 1) ON CONFLICT (prefix) DO UPDATE SET last = s.last + 1 RETURNING last",
        first_number, prefix);
    if (!serial) return Failure{serial.error()};
    return *serial ? Result<std::int64_t>(**serial) : Result<std::int64_t>(database_.damaged("a tree has no serial number"));
  }
  Status add(const TreeEvent& e) override {
    Status added = Done{};
    if (e.photo) added = statements_.run("INSERT INTO tree_photos VALUES(?, ?)", *e.photo, e.tree);
    if (!added) return added;
    return statements_.run("INSERT INTO tree_events VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", e.tree, e.no, static_cast<int>(e.kind),
                           e.at, e.who, e.photo, e.taken_at, wide(e.latitude), wide(e.longitude), e.why);
  }
  Result<std::vector<TreeEvent>> events(const std::string& tree) override {
    return statements_.list<TreeEvent>("SELECT * FROM tree_events WHERE tree = ? ORDER BY no", event_of, tree);
  }
  Result<std::optional<std::string>> tree_with_photo(const Digest& photo) override {
    return statements_.first<std::string>("SELECT tree FROM tree_photos WHERE photo = ?", first_text, photo);
  }
  Result<std::optional<TreePayment>> payment(const std::string& tree) override {
    return statements_.first<TreePayment>("SELECT * FROM tree_payments WHERE tree = ?", payment_of, tree);
  }
  Status put(const TreePayment& p) override {
    return statements_.run(
        "INSERT INTO tree_payments VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (tree) DO UPDATE SET paid_at = ?6, reference "
        "= ?7",
        p.tree, p.planter, p.amount, p.currency, p.due_at, p.paid_at, p.reference);
  }

  Result<std::optional<CertifiedTrees>> certificate(const std::string& number) override {
    const auto holder =
        statements_.first<std::string>("SELECT participant FROM certificate_holders WHERE number = ?", first_text, number);
    if (!holder) return Failure{holder.error()};
    if (!*holder) return std::optional<CertifiedTrees>();
    return statements_.first<CertifiedTrees>("SELECT * FROM tree_certificates WHERE participant = ? AND number = ?",
                                             certificate_of, **holder, number);
  }
  Status add(const CertifiedTrees& c, const std::vector<std::string>& trees) override {
    const std::int64_t list = c.list;
    const std::int64_t place = c.index;
    Status added = statements_.run("INSERT INTO tree_certificates VALUES(?, ?, ?, ?, ?, ?, ?, ?)", c.account, c.number, c.year,
                                   list, place, static_cast<int>(c.state), c.issued_at, as_bytes(c.message));
    if (added) added = statements_.run("INSERT INTO certificate_holders VALUES(?, ?)", c.number, c.account);
    if (added) added = statements_.run("INSERT INTO status_places VALUES(?, ?, ?)", list, place, static_cast<int>(c.state));
    if (added) {
      added = statements_.run("INSERT INTO status_lists AS l VALUES(?, 1) ON CONFLICT (list) DO UPDATE SET taken = l.taken + 1",
                              list);
    }
    for (const std::string& tree : trees) {
      if (added) added = statements_.run("INSERT INTO certified_trees VALUES(?, ?)", tree, c.number);
    }
    return added;
  }
  Status put_state(const CertifiedTrees& c, CertifiedTrees::State state) override {
    Status put = statements_.run("UPDATE tree_certificates SET state = ?3 WHERE participant = ?1 AND number = ?2", c.account,
                                 c.number, static_cast<int>(state));
    if (!put) return put;
    return statements_.run("UPDATE status_places SET state = ?3 WHERE list = ?1 AND place = ?2", std::int64_t{c.list},
                           std::int64_t{c.index}, static_cast<int>(state));
  }
  Result<std::vector<std::string>> certificates_with(const std::string& tree) override {
    return statements_.list<std::string>("SELECT certificate FROM certified_trees WHERE tree = ? ORDER BY certificate",
                                         first_text, tree);
  }
  Status move_certificates(const std::string& from, const std::string& into) override {
    const auto all = certificates_of(from);
    if (!all) return Failure{all.error()};
    for (const CertifiedTrees& one : *all) {
      const auto whole = certificate(one.number);
      if (!whole) return Failure{whole.error()};
      if (!*whole) return database_.damaged("certificate " + one.number + " is missing");
      const CertifiedTrees& c = **whole;
      Status moved = statements_.run("DELETE FROM tree_certificates WHERE participant = ? AND number = ?", from, c.number);
      if (moved) {
        moved = statements_.run("INSERT INTO tree_certificates VALUES(?, ?, ?, ?, ?, ?, ?, ?)", into, c.number, c.year,
                                std::int64_t{c.list}, std::int64_t{c.index}, static_cast<int>(c.state), c.issued_at,
                                as_bytes(c.message));
      }
      if (moved) moved = statements_.run("UPDATE certificate_holders SET participant = ?2 WHERE number = ?1", c.number, into);
      if (!moved) return moved;
    }
    return Done{};
  }
  Result<std::vector<CertifiedTrees>> certificates_of(const std::string& account) override {
    return statements_.list<CertifiedTrees>(
        "SELECT participant, number, year, list, place, state, issued_at, '' FROM tree_certificates WHERE participant = ? "
        "ORDER BY issued_at, number",
        certificate_of, account);
  }

  Result<std::pair<std::uint32_t, std::size_t>> last_list() override {
    using Last = std::pair<std::uint32_t, std::size_t>;
    const auto last =
        statements_.first<Last>("SELECT list, taken FROM status_lists ORDER BY list DESC LIMIT 1", [](const Query& row) {
          return Last{static_cast<std::uint32_t>(row.integer(0)), row.count(1)};
        });
    if (!last) return Failure{last.error()};
    return last->value_or(Last{});
  }
  Result<bool> is_place_taken(std::uint32_t list, std::uint32_t index) override {
    const auto taken = statements_.first<std::int64_t>("SELECT 1 FROM status_places WHERE list = ? AND place = ?", first_number,
                                                       std::int64_t{list}, std::int64_t{index});
    if (!taken) return Failure{taken.error()};
    return taken->has_value();
  }
  Result<std::vector<std::pair<std::uint32_t, CertifiedTrees::State>>> not_good(std::uint32_t list) override {
    return statements_.list<std::pair<std::uint32_t, CertifiedTrees::State>>(
        "SELECT place, state FROM status_places WHERE list = ? AND state <> 0 ORDER BY place",
        [](const Query& row) {
          return std::pair(static_cast<std::uint32_t>(row.integer(0)), static_cast<CertifiedTrees::State>(row.integer(1)));
        },
        std::int64_t{list});
  }

  Result<std::vector<CertifiedTrees>> certificates() override {
    return statements_.list<CertifiedTrees>(
        GREENTILL_ACROSS
        "SELECT participant, number, year, list, place, state, issued_at, '' FROM tree_certificates ORDER BY "
        "issued_at, number",
        certificate_of);
  }
  Result<std::vector<Tree>> trees(const std::string& site, std::optional<Tree::State> state, const std::string& after,
                                  std::size_t most) override {
    const std::int64_t wanted = state ? static_cast<std::int64_t>(*state) : -1;  // below 0: any
    return statements_.list<Tree>(
        GREENTILL_ACROSS
        "SELECT t.* FROM tree_numbers n CROSS JOIN trees t ON t.tree_order = n.tree_order AND t.number = "
        "n.number WHERE n.number > ?3 AND (?1 = '' OR t.site = ?1) AND (?2 < 0 OR t.state = ?2) ORDER BY "
        "n.number LIMIT ?4",
        tree_of, site, wanted, after, static_cast<std::int64_t>(most));
  }
  Result<std::vector<TreeOrder>> orders(std::int64_t after, std::size_t most) override {
    return statements_.list<TreeOrder>(GREENTILL_ACROSS "SELECT * FROM tree_orders WHERE no > ? ORDER BY no LIMIT ?", order_of,
                                       after, static_cast<std::int64_t>(most));
  }
  Result<std::vector<TreePayment>> payments(const std::string& planter, bool unpaid_alone) override {
    return statements_.list<TreePayment>(
        GREENTILL_ACROSS
        "SELECT * FROM tree_payments WHERE (?1 = '' OR planter = ?1) AND (?2 = 0 OR paid_at IS NULL) ORDER BY "
        "tree",
        payment_of, planter, int{unpaid_alone});
  }

 private:
  sql::Database& database_;
  sql::Statements statements_;
};

}  // namespace

std::unique_ptr<TreeStore> make_trees(sql::Database& database) { return std::make_unique<StoredTrees>(database); }

}  // namespace greentill::credit
