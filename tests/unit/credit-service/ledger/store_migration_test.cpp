// SPDX-License-Identifier: Apache-2.0
// A ledger in PostgreSQL that an earlier version made.
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credit-service/store_kinds.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/ledger/postgres/books.hpp"
#include "tools/credit-service/ledger/postgres/schema.hpp"

namespace greentill::credit::store_test {
namespace {

// Takes a ledger back to version 1, which had no accounts of people and no trees, and bookings by their claims.
constexpr const char* kBackToOne = R"sql(
DROP TABLE participants, purses, members, memberships, invitations, spends, order_spends, species, tree_parties, sites,
  ordered_trees, tree_orders, order_keys, trees, tree_numbers, tree_serials, tree_events, tree_photos, tree_payments,
  tree_certificates, certificate_holders, certified_trees, status_lists, status_places, access_tokens, kept_answers, access_deeds, vouchers,
  year_closes;
DROP SEQUENCE spends_no, tree_orders_no, vouchers_no;
ALTER TABLE account_numbers DROP COLUMN owner;
DROP TABLE bookings;
CREATE TABLE bookings(claim bigint NOT NULL, number bigint NOT NULL, kind bigint NOT NULL, at bigint NOT NULL,
  spendable_at bigint NOT NULL, legs bytea NOT NULL, PRIMARY KEY(claim, number)) PARTITION BY HASH (claim);
CREATE TABLE bookings_p0 PARTITION OF bookings FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE bookings_p1 PARTITION OF bookings FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE bookings_p2 PARTITION OF bookings FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE bookings_p3 PARTITION OF bookings FOR VALUES WITH (MODULUS 4, REMAINDER 3);
DROP TABLE legs;
CREATE TABLE legs(account bigint NOT NULL, claim bigint NOT NULL, booking bigint NOT NULL, mg bigint NOT NULL,
  spendable_at bigint NOT NULL, PRIMARY KEY(account, claim, booking)) PARTITION BY HASH (account);
CREATE TABLE legs_p0 PARTITION OF legs FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE legs_p1 PARTITION OF legs FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE legs_p2 PARTITION OF legs FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE legs_p3 PARTITION OF legs FOR VALUES WITH (MODULUS 4, REMAINDER 3);
INSERT INTO legs VALUES(77, (1::bigint << 40) + 3, 1, 700, 2000);
INSERT INTO chain_devices VALUES(1, 'dock-7');
INSERT INTO bookings VALUES((1::bigint << 40) + 3, 1, 0, 1000, 2000, '\x01'), (-7, 1, 4, 1000, 1000, '\x02');
DELETE FROM schema_versions WHERE version > 1;
)sql";

}  // namespace

TEST_CASE("a ledger of version 1 is brought to this one by the first that writes, and read by none before") {
  if (!has_postgres()) return;
  const std::string url = greentill::test::fresh_database([](const std::string& made) { (void)open_url(made); });
  const std::int64_t before = got(open_url(url)->account("customer", "token", 0));
  ok(got(postgres::Database::open(url)).execute(kBackToOne));
  const crypto::Hasher hasher;
  const auto books = open_postgres_books(url, hasher);
  REQUIRE_FALSE(books);
  CHECK(books.error().message.find("of an older version; greentill-credit run brings it to this one") != std::string::npos);
  const auto store = open_url(url);
  CHECK(got(store->find_account("customer", "token")) == before);
  auto places = got(postgres::Database::open(url)).ask("SELECT by_device FROM bookings ORDER BY claim");
  for (const char* place : {"spend 7", "dock-7"}) {
    REQUIRE(places.next());
    CHECK(places.text(0) == place);
  }
  const auto legs = got(store->accounts().legs(77, {9'999, 0, 0, 0, 0}, 10));
  REQUIRE(legs.size() == 1);
  CHECK(legs[0].at == 1'000);
  CHECK(legs[0].mg == 700);
  ok(store->set_owner(before, "AAAA"));
  ok(store->accounts().add("AAAA", {before, 1'000}));
  CHECK(got(open_url(url)->owner(before)) == "AAAA");
  CHECK(open_postgres_books(url, hasher));
  ok(got(postgres::Database::open(url)).execute("INSERT INTO schema_versions VALUES(99, now())"));
  const auto newer = open_postgres_store(url);
  REQUIRE_FALSE(newer);
  CHECK(newer.error().message.find("made by a newer version") != std::string::npos);
}

}  // namespace greentill::credit::store_test
