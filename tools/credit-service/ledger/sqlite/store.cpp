// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/store.hpp"

#include "daemon/base/hex.hpp"
#include "tools/credit-service/ledger/sqlite/progress.hpp"
#include "tools/credit-service/ledger/sqlite/schema.hpp"
#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"

namespace greentill::credit {
namespace {

// Nullifiers are spread over their index, so that each transaction dirties many pages: with a log of 32 MB each is written back
// less often.
constexpr const char* kSettings = "PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=8000";
constexpr std::chrono::milliseconds kBusy{10'000};

}  // namespace

Status SqliteStore::prepare() {
  if (Status wal = database_.use_wal(); !wal) return wal;
  if (Status ready = create_or_check(database_); !ready) return ready;
  for (const auto part :
       {&SqliteStore::prepare_chains, &SqliteStore::prepare_accept, &SqliteStore::prepare_pending, &SqliteStore::prepare_decide,
        &SqliteStore::prepare_book, &SqliteStore::prepare_days, &SqliteStore::prepare_locks}) {
    if (Status prepared = (this->*part)(); !prepared) return prepared;
  }
  return sqlite::prepare_all(database_, {{epoch_, "SELECT epoch FROM meta"},
                                         {has_work_, "SELECT 1 FROM work WHERE step = ? AND key = ? AND no = ?"},
                                         {count_step_, "UPDATE meta SET steps = steps + 1 RETURNING id, epoch, steps"}});
}

Status SqliteStore::transact(const std::function<Status()>& work) {
  raised_ = false;
  forget_kept();  // may be another worker's, or from a transaction that was rolled back
  auto transaction = sqlite::Transaction::begin(database_);
  if (!transaction) return Failure{transaction.error()};
  const std::int64_t before = database_.changed_ever();
  is_inside_ = true;
  Status done = Done{};
  try {
    done = work();
  } catch (...) {  // as where memory ends: the transaction goes back
    is_inside_ = false;
    forget_kept();
    throw;
  }
  if (done) done = write_kept();
  is_inside_ = false;
  forget_kept();
  return done ? commit(*transaction, before) : done;
}

Status SqliteStore::commit(sqlite::Transaction& transaction, std::int64_t changed_before) {
  if (database_.changed_ever() == changed_before) return transaction.commit();  // a batch that came again
  const auto reach = count_step();
  if (!reach) return Failure{reach.error()};
  if (Status committed = transaction.commit(); !committed) return committed;
  if (std::exchange(raised_, false)) {
    starts_anew_ = false;
    return mark_.restart(*reach, database_);
  }
  if (!starts_anew_) mark_.note(*reach, database_.file());
  return Done{};
}

Status SqliteStore::write_kept() {
  if (Status limits = write_limits(); !limits) return limits;
  if (Status days = write_days(); !days) return days;
  return write_balances();
}

void SqliteStore::forget_kept() {
  accounts_.clear();
  account_names_.clear();
  added_.clear();
  limits_.clear();
  days_.clear();
  screened_now_.clear();
}

/// Within a transaction: so the log of each holds the ledger's id and how far it has come.
Result<sqlite::Reach> SqliteStore::count_step() {
  sqlite::Query row(count_step_);
  sqlite::Reach reach;
  while (row.next()) reach = {to_hex(row.bytes(0)), row.count(1), row.count(2), "", 0};
  return row.result(std::move(reach));
}

Status SqliteStore::keep_mark() {
  database_.own_log();
  if (starts_anew_) return Done{};
  const auto reach = read_reach(database_);
  return reach ? mark_.set(*reach, database_) : Status(Failure{reach.error()});
}

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path, WentBack went_back) {
  auto mark = sqlite::StoreMark::open(mark_path(path), sqlite::StoreMark::Users::several);
  if (!mark) return Failure{mark.error()};
  auto back = check_files(*mark, path, went_back);
  if (!back) return Failure{back.error()};
  sqlite::Settings settings;
  settings.busy = kBusy;
  settings.pragmas = kSettings;
  settings.keeps_log = true;
  settings.gathers_log = true;
  auto database = sqlite::Database::open(path, settings);
  if (!database) return Failure{blame_log(path, database.error())};
  if (!*back) back = check_reach(*mark, *database, went_back);
  if (!back) return Failure{back.error()};
  auto store = std::make_unique<SqliteStore>(std::move(*database), std::move(*mark), *back);
  if (Status prepared = store->prepare(); !prepared) return Failure{prepared.error()};
  if (Status kept = store->keep_mark(); !kept) return Failure{kept.error()};
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace greentill::credit
