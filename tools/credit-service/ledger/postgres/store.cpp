// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/postgres/store.hpp"

#include "tools/credit-service/ledger/postgres/postgres_store.hpp"
#include "tools/credit-service/ledger/postgres/schema.hpp"

namespace greentill::credit {
namespace {

// Beyond it what is known of numbers is forgotten, so that it does not grow with the ledger.
constexpr std::size_t kMostNumbersKnown = 200'000;

// Each statement is planned once, and finds its partition when it is run: planning it anew each time costs several times what it
// takes to run. Every one has its key, so that an index is always right, also while a table is new and has no statistics. A table
// of one row has no index, and is read by what the planner then takes for so costly that it compiles it to machine code each
// time, which takes 10 to 20 ms: nothing here runs for long enough to be worth that.
constexpr const char* kOfEachConnection = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off";

}  // namespace

PostgresStore::PostgresStore(postgres::Database database) : database_(std::move(database)) {}

// One transaction at a time, over all workers: the lock is what makes of them one after the other. Each statement sees what was
// committed before it began, and the first that looks at rows waits for the lock.
Status PostgresStore::transact(const std::function<Status()>& work) {
  forget_kept();
  if (Status begun = database_.begin("READ WRITE"); !begun) return begun;
  // A standby that took over may lack what was learned from the one before.
  if (std::exchange(connections_, database_.connections()) != database_.connections()) forget_learned();
  inside_ = true;
  learned_ = false;
  Status done = database_.send("SELECT pg_advisory_xact_lock(hashtext('greentill ledger'))");
  try {
    if (done) done = work();
  } catch (...) {  // as where memory ends
    inside_ = false;
    database_.rollback();
    forget_all();
    throw;
  }
  if (done) done = write_kept();
  inside_ = false;
  if (done) {
    done = database_.commit();
  } else {
    database_.rollback();
  }
  if (done) {
    forget_kept();
  } else {
    forget_all();
  }
  return done;
}

Status PostgresStore::write_kept() {
  if (Status limits = write_limits(); !limits) return limits;
  if (Status days = write_days(); !days) return days;
  if (Status claims = write_claims(); !claims) return claims;
  if (Status bookings = write_bookings(); !bookings) return bookings;
  if (Status legs = write_legs(); !legs) return legs;
  return write_balances();
}

void PostgresStore::forget_kept() {
  forget_passing();
  if (chain_devices_.size() > kMostNumbersKnown) chain_devices_.clear();
  if (account_names_.size() > kMostNumbersKnown) {
    accounts_.clear();
    account_names_.clear();
  }
  added_.clear();
  new_claims_.clear();
  new_bookings_.clear();
  new_legs_.clear();
  legs_of_one_.clear();
  limits_.clear();
  days_.clear();
  screened_now_.clear();
  booked_.clear();
}

void PostgresStore::forget_passing() {
  for (const auto& [no, key] : passing_) {
    account_names_.erase(no);
    accounts_.erase(key);
  }
  passing_.clear();
}

void PostgresStore::forget_all() {
  forget_kept();
  if (std::exchange(learned_, false)) forget_learned();
}

void PostgresStore::forget_learned() {
  chain_devices_.clear();
  accounts_.clear();
  account_names_.clear();
}

Result<std::int64_t> PostgresStore::next_number(std::string_view sql) {
  auto row = database_.ask(sql);
  const std::int64_t number = row.next() ? row.integer(0) : 0;
  return row.result(number);
}

Result<std::unique_ptr<Store>> open_postgres_store(const std::string& url, std::function<void(std::string_view)> on_prepare) {
  auto database = postgres::Database::open(url, kOfEachConnection);
  if (!database) return Failure{database.error()};
  if (Status made = migrate(*database); !made) return Failure{made.error()};
  if (on_prepare) database->on_prepare(std::move(on_prepare));
  return std::unique_ptr<Store>(std::make_unique<PostgresStore>(std::move(*database)));
}

}  // namespace greentill::credit
