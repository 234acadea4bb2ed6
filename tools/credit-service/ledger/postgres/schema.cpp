// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/postgres/schema.hpp"

#include <algorithm>
#include <vector>

#include "tools/credit-service/ledger/sqlite/schema.hpp"

namespace greentill::credit {
namespace {

// A device's claims lie with the device, an account's legs with the account, and so on: one key, one place.
constexpr postgres::Spread kSpread[] = {
    {"device_states", "device"},
    {"chains", "device"},
    {"lost", "by_device", true},
    {"standstills", "device"},
    {"claims", "by_device", true},
    {"changes", "device"},
    {"pending", "device"},
    {"device_days", "device"},
    {"screened", "device"},
    {"class_days", "activity"},
    {"lock_rides", "lock"},
    {"lock_faults", "lock"},
    {"nullifiers", "mac"},
    {"act_claims", "act"},
    {"reversals", "act"},
    {"limits", "subject"},
    {"bookings", "by_device", true},
    {"accounts", "no", false, true},
    {"legs", "account"},
    {"work", "key"},
    {"chain_devices", "no"},
    {"account_numbers", "name"},
    {"participants", "id"},
    {"purses", "participant"},
    {"members", "team"},
    {"memberships", "participant"},
    {"invitations", "hash"},
    {"spends", "participant"},
    {"order_spends", "tree_order"},
    {"ordered_trees", "site"},
    {"tree_orders", "no"},
    {"order_keys", "key"},
    {"trees", "tree_order"},
    {"tree_numbers", "number"},
    {"tree_serials", "prefix"},
    {"tree_events", "tree"},
    {"tree_photos", "photo"},
    {"tree_payments", "tree"},
    {"tree_certificates", "participant"},
    {"certificate_holders", "number"},
    {"certified_trees", "tree"},
    {"status_places", "list"},
    {"kept_answers", "token"},
    {"access_deeds", "subject"},
    {"vouchers", "no"},
    {"year_closes", "year"},
};

// What leads from a number to the key that its rows lie by, and from an account's name to its number.
constexpr const char* kLeading = R"sql(
CREATE TABLE chain_devices (no INTEGER PRIMARY KEY, device TEXT NOT NULL);
CREATE TABLE account_numbers (kind TEXT NOT NULL, name TEXT NOT NULL, slot INTEGER NOT NULL, no INTEGER NOT NULL,
  PRIMARY KEY (kind, name, slot));
)sql";

constexpr const char* kNumbers = R"sql(
CREATE SEQUENCE chain_no;
CREATE SEQUENCE pending_no;
CREATE SEQUENCE account_no;
CREATE SEQUENCE programme_no;
INSERT INTO meta VALUES(1, uuid_send(gen_random_uuid()), 0, 0);
)sql";

/// The statement that makes the table.
std::string description_of(const std::string& table) {
  const std::string all = table_descriptions();
  const std::size_t begin = all.find("CREATE TABLE " + table + ' ');
  return all.substr(begin, all.find(';', begin) + 1 - begin);
}

/// Makes the table anew, as it is described now, with the rows that `select` gives of the old one, which is called old_….
std::string anew(const std::string& table, const std::string& select) {
  std::string text = "ALTER TABLE " + table + " RENAME TO old_" + table + ";\n";
  for (int at = 0; at < postgres::kPartitions; ++at) {
    const std::string part = table + "_p" + std::to_string(at);
    text += "ALTER TABLE " + part + " RENAME TO old_" + part + ";\n";
  }
  return text + postgres::to_postgres(description_of(table), kSpread) + "INSERT INTO " + table + ' ' + select +
         ";\nDROP TABLE old_" + table + ";\n";
}

constexpr const char* kLegsOfOne = R"sql(
CREATE TABLE legs (account INTEGER NOT NULL, claim INTEGER NOT NULL, booking INTEGER NOT NULL, mg INTEGER NOT NULL,
  spendable_at INTEGER NOT NULL, PRIMARY KEY (account, claim, booking)) STRICT, WITHOUT ROWID;)sql";

// Its bookings lay by their claims, and legs by the claims of their bookings.
std::string ledger() {
  std::vector<postgres::Spread> spread(std::begin(kSpread), std::end(kSpread));
  *std::ranges::find(spread, std::string_view("bookings"), &postgres::Spread::table) = {"bookings", "claim"};
  std::string all = table_descriptions();
  const std::string legs = description_of("legs");
  all.replace(all.find(legs), legs.size(), kLegsOfOne);
  return postgres::to_postgres(all + kLeading, spread) + kNumbers;
}

// Accounts of people, and trees: what version 1 lacks.
std::string holdings() {
  return postgres::to_postgres(holding_descriptions(), kSpread) + R"sql(
ALTER TABLE account_numbers ADD COLUMN owner text COLLATE "C";
CREATE SEQUENCE spends_no;
CREATE SEQUENCE tree_orders_no;
)sql";
}

// Bookings lie with their claim's device, so that one statement writes those of a batch.
std::string bookings() {
  return anew("bookings",
              "SELECT b.*, CASE WHEN b.claim < 0 THEN 'spend ' || -b.claim ELSE coalesce(d.device, '') END "
              "FROM old_bookings b LEFT JOIN chain_devices d ON d.no = b.claim >> 40");
}

// Legs lie in the order of their time, so that a statement reads a stretch of them; and who may ask by HTTP.
std::string statements() {
  return anew("legs",
              "SELECT l.account, b.at, l.claim, l.booking, l.mg, l.spendable_at FROM old_legs l JOIN bookings b ON b.claim = "
              "l.claim "
              "AND b.number = l.booking") +
         postgres::to_postgres(access_descriptions(), kSpread);
}

// Corrections, payouts, budgets, and years that are closed.
std::string bookkeeping() {
  return postgres::to_postgres(bookkeeping_descriptions(), kSpread) + "CREATE SEQUENCE vouchers_no;\n";
}

using Step = std::string (*)();
// Each brings the tables from the version before to the next.
constexpr Step kSteps[] = {ledger, holdings, bookings, statements, bookkeeping};
constexpr std::int64_t kLatest = std::size(kSteps);

/// Nothing where there is no ledger.
Result<std::optional<std::int64_t>> version_of(postgres::Database& database) {
  auto there = database.ask("SELECT to_regclass('schema_versions') IS NOT NULL");
  const bool is_there = there.next() && there.integer(0) != 0;
  if (!there.status()) return Failure{there.status().error()};
  if (!is_there) return std::optional<std::int64_t>();
  auto row = database.ask("SELECT coalesce(max(version), 0) FROM schema_versions");
  const std::int64_t version = row.next() ? row.integer(0) : 0;
  return row.result(std::optional(version));
}

Failure<Error> is_newer(const postgres::Database& database) {
  return fail(ErrorCode::unsupported, database.shown() + ": the ledger was made by a newer version; use that one");
}

std::string step_to(std::int64_t version) {
  return kSteps[version - 1]() + "INSERT INTO schema_versions VALUES(" + std::to_string(version) + ", now());\n";
}

}  // namespace

std::span<const postgres::Spread> spread_tables() { return kSpread; }

Status migrate(postgres::Database& database) {
  const auto before = version_of(database);
  if (!before) return Failure{before.error()};
  if (before->value_or(0) == kLatest) return Done{};
  if (before->value_or(0) > kLatest) return is_newer(database);
  // Another worker may have done it by the time that the lock is ours.
  std::string whole = "BEGIN; SELECT pg_advisory_xact_lock(hashtext('greentill schema'));";
  if (Status begun = database.execute(whole.c_str()); !begun) return begun;
  const auto version = version_of(database);
  if (!version) return Failure{version.error()};
  if (version->value_or(0) > kLatest) return is_newer(database);
  whole.clear();
  if (!*version) whole = "CREATE TABLE schema_versions(version bigint PRIMARY KEY, made_at timestamptz NOT NULL);\n";
  for (std::int64_t at = version->value_or(0) + 1; at <= kLatest; ++at) whole += step_to(at);
  if (Status made = database.execute((whole + "COMMIT").c_str()); !made) {
    (void)database.execute("ROLLBACK");
    return made;
  }
  return Done{};
}

Status check_version(postgres::Database& database) {
  const auto version = version_of(database);
  if (!version) return Failure{version.error()};
  if (!*version) {
    return fail(ErrorCode::not_found, database.shown() + ": there is no ledger in it; greentill-credit run makes one");
  }
  if (**version > kLatest) return is_newer(database);
  if (**version == kLatest) return Done{};
  return fail(ErrorCode::unsupported,
              database.shown() + ": the ledger is of an older version; greentill-credit run brings it to this one");
}

}  // namespace greentill::credit
