// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/ledger/played/workers.hpp"

#include <sqlite3.h>

#include "tests/integration/ledger/played/must.hpp"
#include "tools/credit-service/postgres/postgres.hpp"

namespace greentill::played {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kMostProgrammes = 16;

/// Runs statements; each row of the first column goes into `rows`.
void execute(sqlite3* database, const std::string& sql, std::vector<std::string>& rows) {
  const auto take = [](void* to, int, char** row, char**) {
    static_cast<std::vector<std::string>*>(to)->emplace_back(row[0]);
    return 0;
  };
  if (sqlite3_exec(database, sql.c_str(), take, &rows, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(database));
}

}  // namespace

Workers::Workers(const Json& programme, Keys& keys) : office(programme_text(programme).c_str(), library_of(programme)) {
  office.authorities = keys.authorities();
  office.consent_authorities = keys.consent_authorities();
  office.consent_certificates = keys.consent_certificates();
}

void Workers::open() {
  if (!store) store = must(office.open_store());
  while (desks.size() < kWorkers) desks.push_back(std::make_unique<test::Desk>(office));
}

void Workers::close() {
  desks.clear();
  store.reset();
}

// A worker remembers the last hour that it noted: it notes one in which no schedule plays. The registry's step goes on, by which
// workers know that what they have read of it is old.
void Workers::clear() {
  open();
  office.clock.now = 0;
  for (const auto& desk : desks) static_cast<void>(must(desk->clerk().take(kClock, {}, {}, {})));
  if (!office.url().empty()) return clear_postgres();
  sqlite3* database = nullptr;
  if (sqlite3_open_v2(office.database().c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
    give_up("the ledger's database does not open");
  }
  std::vector<std::string> tables;
  execute(database, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('meta', 'programmes')", tables);
  std::string clearing = "BEGIN IMMEDIATE; UPDATE meta SET registry_step = registry_step + 1;";
  for (const std::string& table : tables) clearing += "DELETE FROM " + table + ';';
  execute(database, clearing + "COMMIT", tables);
  sqlite3_close(database);
}

/// Numbers of chains and accounts begin anew, so that what workers know of them is forgotten with their connections.
void Workers::clear_postgres() {
  close();
  auto database = must(postgres::Database::open(office.url()));
  auto tables = database.ask(
      "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = "
      "'public'::regnamespace AND c.relname NOT IN ('meta', 'programmes', 'schema_versions')");
  std::string clearing = "BEGIN; UPDATE meta SET registry_step = registry_step + 1;";
  while (tables.next()) clearing += "DELETE FROM " + std::string(tables.text(0)) + ';';
  must(tables.status());
  must(database.execute((clearing + "COMMIT").c_str()));
  open();
}

Workers& WorkersByProgramme::of(const Json& programme) {
  if (all_.size() >= kMostProgrammes) all_.clear();
  Workers& workers = all_.try_emplace(programme.dump(), programme, keys_).first->second;
  workers.clear();
  return workers;
}

}  // namespace greentill::played
