// SPDX-License-Identifier: Apache-2.0
// The store, of which each step has a file: accept.cpp with chains.cpp and pending.cpp, decide.cpp, book.cpp, days.cpp,
// locks.cpp, work.cpp; store.cpp has the transactions. Private to this folder; store.hpp opens one.
//
// Every statement names the key by which its tables are spread, but for those whose text begins with GREENTILL_ACROSS. What need
// not be answered is sent, and its failure told by what follows, at the latest by the commit.
//
// What accounts, limits and days change is kept here until the transaction ends, and written once, in the order of its keys: what
// it says goes before the rows.
#pragma once

#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "tools/credit-service/access/tables/stored_access.hpp"
#include "tools/credit-service/holdings/tables/stored_accounts.hpp"
#include "tools/credit-service/holdings/tables/stored_bookkeeping.hpp"
#include "tools/credit-service/holdings/tables/stored_trees.hpp"
#include "tools/credit-service/ledger/postgres/added_rows.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/ledger/stored_rows.hpp"
#include "tools/credit-service/postgres/gathered.hpp"
#include "tools/credit-service/postgres/postgres.hpp"
#include "tools/credit-service/registry/tables/registry_store.hpp"
#include "tools/credit-service/sql/postgres.hpp"

namespace greentill::credit {

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(postgres::Database database);
  ~PostgresStore() override = default;

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
  Result<std::optional<std::int64_t>> find_account(std::string_view kind, std::string_view name) override;
  Result<std::string> owner(std::int64_t account) override;
  Status set_owner(std::int64_t account, const std::string& participant) override;
  Status rename_account(std::int64_t account, const std::string& kind, const std::string& name) override;
  Result<std::int64_t> balance(std::int64_t account) override;
  Result<std::int64_t> spendable(std::int64_t account, std::int64_t at) override;

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
  using Rows = postgres::Rows;
  struct AccountName {
    std::string kind, name;
    std::string owner;  ///< the participant; empty: nobody
  };

  /// Within the current transaction, or in one of its own.
  template <typename Work>
  Status as_one(const Work& work) {
    return inside_ ? work() : transact(work);
  }
  void forget_kept();
  void forget_passing();
  /// Also what was learned of numbers in a transaction that was rolled back.
  void forget_all();
  void forget_learned();
  /// Writes what accounts, limits and days changed.
  Status write_kept();
  Status write_limits();
  Status write_balances();
  Status write_legs();
  /// Before claims are read or changed.
  Status write_claims();
  Status write_bookings();
  Status write_days();
  Status post(const Leg& leg, const Booking& booking, std::int64_t number);
  /// The number of a new booking.
  Result<std::int64_t> next_booking(std::int64_t claim, const std::string& place);
  /// Kind and name of the account. Valid until something else is asked.
  Result<const AccountName*> named(std::int64_t account);
  /// `key`: by which account() finds it; empty: by none.
  const AccountName& learn(std::int64_t no, AccountName name, std::string key);
  Result<std::int64_t> new_account(std::string_view kind, std::string_view name, unsigned slot);
  /// By what a claim's bookings lie: its device; of what is no claim's its number.
  Result<std::string> place_of(std::int64_t claim);
  /// Every row of an answer that may hold what waits to be written.
  template <typename Row, typename Read, typename... T>
  Result<std::vector<Row>> claims_list(const Read& read, std::string_view sql, const T&... values) {
    if (Status written = write_claims(); !written) return Failure{written.error()};
    return list_of<Row>(read, database_.ask(sql, values...));
  }
  /// The device of a chain; empty where there is no such chain. Valid until something else is asked.
  Result<std::string_view> device_of(std::int64_t chain);
  Result<std::int64_t> next_number(std::string_view sql);

  /// Every row of an answer, as `read` makes it: which gives nothing where the row cannot be.
  template <typename Row, typename Read>
  Result<std::vector<Row>> list_of(const Read& read, Rows rows) {
    std::vector<Row> all;
    while (rows.next()) {
      std::optional<Row> one = read(rows);
      if (!one) return database_.damaged("a row holds what it cannot");
      all.push_back(std::move(*one));
    }
    return rows.result(std::move(all));
  }
  template <typename Row, typename Read>
  Result<std::optional<Row>> only(const Read& read, Rows rows) {
    auto all = list_of<Row>(read, std::move(rows));
    if (!all) return Failure{all.error()};
    return all->empty() ? std::optional<Row>() : std::optional<Row>(std::move(all->front()));
  }

  struct LimitUse {
    std::optional<std::int64_t> stored;  ///< once it was asked
    std::int64_t added = 0;
  };
  /// What a transaction adds to a device's day.
  struct DayCount {
    std::int64_t mg = 0;
    std::int64_t first = 0, last = 0;  ///< of the claims that are counted
  };
  using KeyOfDay = std::tuple<std::string, std::string, std::int64_t>;  // device or subject, activity, day or period

  postgres::Database database_;
  const std::unique_ptr<sql::Database> tables_ = sql::on(database_);
  const std::unique_ptr<RegistryStore> registry_ = make_registry(*tables_);
  const std::unique_ptr<AccountStore> holders_ = make_accounts(*tables_);
  const std::unique_ptr<BookkeepingStore> bookkeeping_ = make_bookkeeping(*tables_);
  const std::unique_ptr<AccessStore> access_ = make_access(*tables_);
  const std::unique_ptr<TreeStore> trees_ = make_trees(*tables_);
  bool inside_ = false;            // a transaction
  std::uint64_t connections_ = 0;  // on which what is known was learned

  // What never changes once it is stored.
  std::unordered_map<std::int64_t, std::string> chain_devices_;
  std::unordered_map<std::string, std::int64_t> accounts_;       // numbers by kind, name and slot
  std::unordered_map<std::int64_t, AccountName> account_names_;  // by number
  bool learned_ = false;                                         // of these in the current transaction

  // Of the current transaction.
  std::map<std::int64_t, std::int64_t> added_;  // to balances, by account
  std::map<KeyOfDay, LimitUse> limits_;
  std::map<KeyOfDay, DayCount> days_;
  std::map<std::pair<std::string, std::string>, std::optional<Screened>> screened_now_;  // by device and activity
  std::unordered_map<std::int64_t, std::int64_t> booked_;                                // claims' bookings, where that is known
  // Rows that wait to be written with others of their key.
  std::string claims_of_, bookings_of_;
  postgres::Gathered new_claims_{kAddClaims, kClaimColumns}, new_bookings_{kAddBookings, kBookingColumns};
  struct PostedLeg {
    std::int64_t account = 0, at = 0, claim = 0, booking = 0, mg = 0, spendable_at = 0;
  };
  std::vector<PostedLeg> new_legs_;
  postgres::Gathered legs_of_one_{kAddLegs, kLegColumns};      // of the account that is written
  std::vector<std::pair<std::int64_t, std::string>> passing_;  // accounts that are known until it ends
  std::vector<std::uint8_t> legs_cell_;
};

}  // namespace greentill::credit
