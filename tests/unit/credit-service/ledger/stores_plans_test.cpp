// SPDX-License-Identifier: Apache-2.0
// On PostgreSQL every statement of the store stays within one key: no plan reads or changes two partitions. Its name comes behind
// the other tests of stores, whose statements it looks at.
#include <regex>
#include <set>

#include "tests/unit/credit-service/store_kinds.hpp"
#include "tools/credit-service/ledger/postgres/schema.hpp"

namespace greentill::credit::store_test {
namespace {

using postgres::Database;

constexpr std::string_view kAcross = "/* all keys */";

/// Numbers rise from one parameter to the next, so that what lies between two of them is something.
std::string sample_of(const std::string& type, std::size_t place) {
  if (type.ends_with("[]")) return type == "bytea[]" ? "ARRAY['\\x01'::bytea, '\\x02']" : "ARRAY[10, 20]";
  if (type == "bytea") return "'\\x01'";
  return type == "text" ? "'a'" : std::to_string(10 * place);
}

/// The statement with parameters, once it is prepared as `looked_at`.
std::string with_samples(Database& database, const std::string& sql) {
  ok(database.execute(("SET plan_cache_mode = force_custom_plan; PREPARE looked_at AS " + sql).c_str()));
  const auto types = got([&]() -> Result<std::vector<std::string>> {
    auto rows = database.ask("SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'looked_at'");
    std::vector<std::string> all;
    while (rows.next()) all.emplace_back(rows.text(0));
    return rows.result(std::move(all));
  }());
  std::string run = "EXECUTE looked_at";
  for (std::size_t i = 0; i < types.size(); ++i) run += (i == 0 ? "(" : ", ") + sample_of(types[i], i + 1);
  return types.empty() ? run : run + ")";
}

/// The plan for parameters that are known, so that it says which partitions it needs.
std::string plan_of(Database& database, const std::string& sql) {
  auto lines = database.ask("EXPLAIN (COSTS off, VERBOSE) " + with_samples(database, sql));
  std::string plan;
  while (lines.next()) plan += std::string(lines.text(0)) + '\n';
  REQUIRE_MESSAGE(lines.status(), (sql + ": " + (lines.status() ? "" : lines.status().error().message)));
  ok(database.execute("DEALLOCATE looked_at"));
  return plan;
}

/// In how many partitions a statement put its rows that adds several.
std::int64_t partitions_added_to(Database& database, const std::string& sql) {
  static const std::regex kTable("^INSERT INTO ([a-z_]+) ");
  std::smatch table;
  REQUIRE(std::regex_search(sql, table, kTable));
  ok(database.execute(("BEGIN; " + with_samples(database, sql)).c_str()));
  auto counted = database.ask("SELECT count(DISTINCT tableoid), count(*) FROM " + table[1].str());
  REQUIRE(counted.next());
  CHECK(counted.integer(1) == 2);
  ok(database.execute("ROLLBACK; DEALLOCATE looked_at"));
  return counted.integer(0);
}

/// The remainders of the partitions that a plan names.
std::set<std::string> partitions_in(const std::string& plan) {
  static const std::regex kPartition("_p([0-9]+)\\b");
  std::set<std::string> all;
  for (std::sregex_iterator at(plan.begin(), plan.end(), kPartition); at != std::sregex_iterator(); ++at) all.insert((*at)[1]);
  return all;
}

bool names_a_spread_table(const std::string& sql) {
  return std::ranges::any_of(spread_tables(), [&](const postgres::Spread& one) {
    return std::regex_search(sql, std::regex("\\b(FROM|INTO|UPDATE) " + std::string(one.table) + "\\b"));
  });
}

TEST_CASE("on PostgreSQL each statement of the store stays within one partition") {
  if (!has_postgres()) return;
  const std::string url = greentill::test::fresh_database([](const std::string& made) { (void)open_url(made); });
  auto database = got(Database::open(url));
  std::size_t within = 0, across = 0, several = 0;
  for (const std::string& sql : statements_seen()) {
    if (!names_a_spread_table(sql)) continue;
    CAPTURE(sql);
    if (sql.starts_with(kAcross)) {
      ++across;
      continue;
    }
    ++within;
    const std::string plan = plan_of(database, sql);
    CAPTURE(plan);
    const std::size_t named = partitions_in(plan).size();
    // A row that is inserted finds its partition when it is there.
    const bool is_insertion = sql.starts_with("INSERT");
    const bool adds_several = sql.find("unnest(") != std::string::npos;
    several += adds_several ? 1 : 0;
    if (adds_several) CHECK(partitions_added_to(database, sql) == 1);
    CHECK((named == 1 || (is_insertion && named == 0)));
  }
  CHECK(across == 9);
  CHECK(several == 3);
  MESSAGE(within, " statements within one key");
  // Where other tests were left out there is little to look at.
  if (statements_seen().size() > 60) CHECK(within > 60);
}

TEST_CASE("the test of plans sees what goes across keys") {
  if (!has_postgres()) return;
  const std::string url = greentill::test::fresh_database([](const std::string& made) { (void)open_url(made); });
  auto database = got(Database::open(url));
  CHECK(partitions_in(plan_of(database, "SELECT id FROM claims WHERE id = $1")).size() > 1);
  CHECK(partitions_in(plan_of(database, "UPDATE chains SET seq = 1 WHERE no = $1")).size() > 1);
  CHECK(partitions_in(plan_of(database, "SELECT 1 FROM legs WHERE account IN (1, 2, 3, 4, 5, 6, 7)")).size() > 1);
}

}  // namespace
}  // namespace greentill::credit::store_test
