// SPDX-License-Identifier: Apache-2.0
// The store, of which each step has a file: accept.cpp with chains.cpp and pending.cpp, decide.cpp, book.cpp, days.cpp,
// locks.cpp, work.cpp; store.cpp has the transactions. Private to this folder; store.hpp opens one.
//
// What is asked for each claim or batch has a statement that is kept; what is rare is prepared when it is asked.
//
// What accounts, limits and days change is kept here until the transaction ends, and written once: what it says goes before the
// rows.
#pragma once

#include <unordered_map>

#include "daemon/sqlite/kept_statements.hpp"
#include "daemon/sqlite/sqlite.hpp"
#include "daemon/sqlite/store_mark.hpp"
#include "tools/credit-service/access/tables/stored_access.hpp"
#include "tools/credit-service/holdings/tables/stored_accounts.hpp"
#include "tools/credit-service/holdings/tables/stored_bookkeeping.hpp"
#include "tools/credit-service/holdings/tables/stored_trees.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/ledger/stored_rows.hpp"
#include "tools/credit-service/registry/tables/registry_store.hpp"
#include "tools/credit-service/sql/sqlite.hpp"

namespace greentill::credit {

class SqliteStore final : public Store {
 public:
  SqliteStore(sqlite::Database database, sqlite::StoreMark mark, bool starts_anew)
      : database_(std::move(database)), mark_(std::move(mark)), starts_anew_(starts_anew) {}
  ~SqliteStore() override { mark_.finish(database_.file()); }
  Status prepare();
  /// Brings the mark up to the ledger, unless a new epoch does.
  Status keep_mark();

  Status transact(const std::function<Status()>& work) override;

  // chains.cpp
  Result<std::optional<DeviceBook>> device_book(const std::string& device) override;
  Status put_device_book(const std::string& device, const DeviceBook& book) override;
  Result<std::vector<Chain>> chains(const std::string& device) override;
  Result<std::optional<Chain>> find_chain(const std::string& device, const claim::ChainId& id) override;
  Result<std::vector<Chain>> kept_chains(const std::string& device) override;
  Result<std::pair<Chain, std::string>> chain(std::int64_t no) override;
  Result<std::vector<std::pair<Chain, std::string>>> chains_on_probation() override;
  Result<std::int64_t> add_chain(const std::string& device, const Chain& chain) override;
  Status put_chain(const Chain& chain) override;
  Status move_head(const Chain& chain) override;
  Status add_lost(std::int64_t chain, const Range& range) override;
  Result<std::vector<Range>> lost(std::int64_t chain) override;
  Status note_hour(std::int64_t hour) override;
  Result<std::size_t> hours_after(std::int64_t hour) override;
  Status stand_still(const std::string& device, const Standstill& standstill) override;
  Status go_on(const std::string& device, const claim::ChainId& chain, std::uint64_t seq) override;

  // accept.cpp
  Result<std::optional<StoredClaim>> claim(std::int64_t id) override;
  Status add_claim(std::int64_t id, const Decision& decision, ByteView payload) override;
  Status put_decision(std::int64_t id, const Decision& decision) override;
  Result<std::vector<std::pair<std::uint64_t, Reason>>> refused(std::int64_t after, std::int64_t to, std::size_t most) override;
  Result<std::vector<std::pair<std::uint64_t, std::int64_t>>> differing(std::int64_t after, std::int64_t to,
                                                                        std::size_t most) override;
  Result<std::vector<Decided>> decided(std::int64_t after, std::int64_t to) override;
  Result<std::vector<std::int64_t>> held(std::int64_t chain, std::int64_t after, Holds holds, std::size_t most) override;
  Result<std::vector<std::int64_t>> arrived_since(const std::string& device, std::int64_t since, std::int64_t after,
                                                  std::size_t most) override;
  Result<std::vector<std::int64_t>> placed(std::int64_t after, std::int64_t to, std::size_t most) override;
  Status add_change(const std::string& device, const ToldChange& change) override;
  Result<std::vector<ToldChange>> changes(const std::string& device, std::uint64_t number, std::size_t most) override;

  // pending.cpp
  Result<std::size_t> count_kept(const std::string& device) override;
  Result<bool> keep(const std::string& device, const claim::ChainId& chain, const Span& span, const Digest& digest,
                    ByteView correlation, ByteView bytes) override;
  Result<std::optional<KeptBatch>> next_kept(const std::string& device, const claim::ChainId& chain,
                                             std::uint64_t first) override;
  Result<std::vector<KeptBatch>> kept(const std::string& device, const claim::ChainId& chain) override;
  Status drop_kept(const std::string& device, std::int64_t id) override;

  // days.cpp
  Status count_asked(const std::string& device, const std::string& activity, const DayValue& value, std::int64_t claim) override;
  Result<std::optional<DeviceDay>> device_day(const std::string& device, const std::string& activity, std::int64_t day) override;
  Result<std::vector<DayValue>> days_asked(const std::string& device, const std::string& activity, std::int64_t from,
                                           std::int64_t to) override;
  Status put_looked(const std::string& device, const std::string& activity, const DayValue& value) override;
  Result<std::optional<Screened>> screened(const std::string& device, const std::string& activity) override;
  Status put_screened(const Screened& screened) override;
  Status lift_screened(const std::string& device, std::int64_t at) override;
  Result<std::vector<ClassDay>> class_days(Device::Class is, const std::string& activity) override;
  Status put_class_day(Device::Class is, const std::string& activity, const ClassDay& day) override;

  // locks.cpp
  Result<std::optional<KeptRide>> lock_ride(const std::string& lock, std::uint32_t counter) override;
  Result<std::optional<KeptRide>> next_lock_ride(const std::string& lock, std::uint64_t counter) override;
  Result<std::optional<std::int64_t>> first_came_above(const std::string& lock, std::uint64_t counter) override;
  Status put_lock_ride(const std::string& lock, const KeptRide& ride) override;
  Result<std::uint64_t> settled_up_to(const std::string& lock) override;
  Status settle_up_to(const std::string& lock, std::uint64_t counter) override;
  Result<std::optional<LockFault>> lock_fault(const std::string& lock) override;
  Status put_lock_fault(const LockFault& fault) override;
  Result<std::uint64_t> lift_lock_faults(const std::string& lock, std::int64_t at) override;

  // decide.cpp
  Result<std::optional<ActKey>> act_of(const claim::Nullifier& nullifier) override;
  Status lead(const claim::Nullifier& nullifier, const ActKey& act) override;
  Status drop_nullifier(const claim::Nullifier& nullifier) override;
  Result<Act> act(const ActKey& key) override;
  Status put_act(const ActKey& key, const Act& act) override;
  Result<bool> begin_act(const ActKey& key, const Act& act) override;
  Status drop_act(const ActKey& key) override;
  Result<std::vector<ActClaim>> act_claims(const ActKey& key) override;
  Status add_act_claim(const ActKey& key, const ActClaim& claim) override;
  Result<std::vector<ActReversal>> reversals(const ActKey& key) override;
  Status add_reversal(const ActKey& key, const ActReversal& reversal) override;

  // book.cpp
  Result<std::int64_t> used(std::string_view subject, std::string_view activity, std::int64_t period) override;
  Status use(std::string_view subject, std::string_view activity, std::int64_t period, std::int64_t mg) override;
  Status book(const Booking& booking) override;
  Result<std::vector<Booking>> bookings(std::int64_t claim) override;
  Result<std::int64_t> account(std::string_view kind, std::string_view name, unsigned slot) override;
  Result<std::pair<std::string, std::string>> account_name(std::int64_t account) override;
  Result<std::int64_t> balance(std::int64_t account) override;
  Result<std::int64_t> spendable(std::int64_t account, std::int64_t at) override;
  Result<std::optional<std::int64_t>> find_account(std::string_view kind, std::string_view name) override;
  Result<std::string> owner(std::int64_t account) override;
  Status set_owner(std::int64_t account, const std::string& participant) override;
  Status rename_account(std::int64_t account, const std::string& kind, const std::string& name) override;

  // work.cpp
  Status put_work(const Work& work) override;
  Status drop_work(WorkStep step, const std::string& key, std::int64_t no) override;
  Result<bool> has_work(WorkStep step, const std::string& key, std::int64_t no) override;
  Result<std::vector<Work>> due(std::int64_t now, std::size_t most) override;
  Result<std::int64_t> keep_programme(const Digest& sha256, std::string_view bytes) override;
  Result<std::string> programme(std::int64_t id) override;
  RegistryStore& registry() override { return *registry_; }
  AccountStore& accounts() override { return *holders_; }
  BookkeepingStore& bookkeeping() override { return *bookkeeping_; }
  AccessStore& access() override { return *access_; }
  TreeStore& trees() override { return *trees_; }
  Result<std::uint64_t> epoch() override;
  Status raise_epoch() override;
  Result<std::vector<HeldCount>> count_held() override;

 private:
  Status prepare_chains();
  Status prepare_accept();
  Status prepare_pending();
  Status prepare_decide();
  Status prepare_book();
  Status prepare_days();
  Status prepare_locks();
  Result<sqlite::Reach> count_step();
  Status commit(sqlite::Transaction& transaction, std::int64_t changed_before);

  /// Within the current transaction, or in one of its own.
  template <typename Work>
  Status as_one(const Work& work) {
    return is_inside_ ? work() : transact(work);
  }
  void forget_kept();
  /// Writes what accounts, limits and days changed.
  Status write_kept();
  Status write_limits();
  struct AccountName {
    std::string kind, name;
    std::string owner;  ///< the participant; empty: nobody
  };
  Status write_balances();
  Status post(const Leg& leg, const Booking& booking, std::int64_t number);
  /// Valid within the transaction.
  Result<const AccountName*> named(std::int64_t account);
  Status write_days();

  /// Runs a statement that few need.
  template <typename... Values>
  Status run_once(std::string_view sql, const Values&... values) {
    const auto statement = statements_.of(sql);
    return statement ? (*statement)->run(values...) : Status(Failure{statement.error()});
  }
  /// Every row of a query that few need, as `read` makes it: which gives nothing where the row cannot be.
  template <typename Row, typename Read, typename... Values>
  Result<std::vector<Row>> list(const Read& read, std::string_view sql, const Values&... values) {
    const auto statement = statements_.of(sql);
    if (!statement) return Failure{statement.error()};
    return list_of<Row>(**statement, read, values...);
  }
  /// Likewise of a statement that is kept.
  template <typename Row, typename Read, typename... Values>
  Result<std::vector<Row>> list_of(sqlite::Statement& statement, const Read& read, const Values&... values) {
    std::vector<Row> rows;
    sqlite::Query row(statement, values...);
    while (row.next()) {
      std::optional<Row> one = read(row);
      if (!one) return database_.damaged("a row holds what it cannot");
      rows.push_back(std::move(*one));
    }
    return row.result(std::move(rows));
  }

  struct LimitUse {
    std::string subject, activity;
    std::int64_t period = 0;
    std::optional<std::int64_t> stored;  ///< once it was asked
    std::int64_t added = 0;
  };
  LimitUse& limit_use(std::string_view subject, std::string_view activity, std::int64_t period);

  /// What a transaction adds to a device's day.
  struct DayCount {
    std::string device, activity;
    DayValue value;
    std::int64_t first = 0, last = 0;  ///< of the claims that are counted
  };

  sqlite::Database database_;
  sqlite::KeptStatements statements_{database_};
  const std::unique_ptr<sql::Database> tables_ = sql::on(database_);
  const std::unique_ptr<RegistryStore> registry_ = make_registry(*tables_);
  const std::unique_ptr<AccountStore> holders_ = make_accounts(*tables_);
  const std::unique_ptr<BookkeepingStore> bookkeeping_ = make_bookkeeping(*tables_);
  const std::unique_ptr<AccessStore> access_ = make_access(*tables_);
  const std::unique_ptr<TreeStore> trees_ = make_trees(*tables_);
  sqlite::StoreMark mark_;
  bool starts_anew_;  // the ledger went back; the mark speaks of the one before until the new epoch has begun
  bool raised_ = false;
  bool is_inside_ = false;  // a transaction

  // Of the current transaction.
  std::unordered_map<std::string, std::int64_t> accounts_;                 // numbers by kind, name and slot
  std::unordered_map<std::int64_t, AccountName> account_names_;            // by number
  std::unordered_map<std::int64_t, std::int64_t> added_;                   // to balances, by account
  std::unordered_map<std::string, LimitUse> limits_;                       // by subject, activity and period
  std::unordered_map<std::string, DayCount> days_;                         // by device, activity and day
  std::unordered_map<std::string, std::optional<Screened>> screened_now_;  // by device and activity
  std::string key_;                                                        // into these
  std::vector<std::uint8_t> legs_cell_;

  sqlite::Statement find_book_, put_book_, find_chains_, find_named_chain_, kept_chains_, find_chain_, move_head_, go_on_;
  sqlite::Statement lost_, note_hour_;
  sqlite::Statement find_claim_, add_claim_, put_decision_, refused_, differing_, decided_, changes_, add_change_, next_kept_;
  sqlite::Statement act_of_, lead_, find_act_, put_act_, begin_act_, act_claims_, add_act_claim_, reversals_;
  sqlite::Statement find_used_, add_used_, add_booking_, add_leg_, find_account_, account_name_, find_balance_, add_balance_;
  sqlite::Statement screened_, add_day_, find_day_, has_work_;
  sqlite::Statement lock_ride_, next_lock_ride_, put_lock_ride_, lock_fault_, settled_up_to_, settle_up_to_;
  sqlite::Statement epoch_, count_step_;
};

}  // namespace greentill::credit
