// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/sqlite/sqlite_accounts.hpp"

#include "tools/credit-service/holdings/sqlite/statements.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

Account account_of(const Query& row) {
  return Account{std::string(row.text(0)),
                 static_cast<Account::Kind>(row.integer(1)),
                 static_cast<Account::State>(row.integer(2)),
                 std::string(row.text(3)),
                 std::string(row.text(4)),
                 row.integer(5),
                 row.optional(6)};
}

Purse purse_of(const Query& row) {
  return Purse{row.integer(0), std::string(row.text(1)), std::string(row.text(2)), row.integer(3), row.integer(4)};
}

Spend spend_of(const Query& row) {
  return Spend{
      row.integer(0), std::string(row.text(1)), row.integer(2), row.integer(3), static_cast<Spend::State>(row.integer(4)),
      row.integer(5), row.optional(6)};
}

std::string text_of(const Query& row) { return std::string(row.text(0)); }

constexpr const char* kAccount = "SELECT id, kind, state, name, follow, opened_at, ended_at FROM participants ";
constexpr const char* kSpend = "SELECT no, participant, tree_order, mg, state, at, decided_at FROM spends ";

class SqliteAccounts final : public AccountStore {
 public:
  explicit SqliteAccounts(sqlite::Database& database) : statements_(database) {}

  Result<std::optional<Account>> account(const std::string& id) override {
    return statements_.first(account_of, std::string(kAccount) + "WHERE id = ?", id);
  }
  Status put(const Account& a) override {
    return statements_.run(
        "INSERT INTO participants VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET kind = ?2, state = ?3, name = ?4, "
        "follow = ?5, ended_at = ?7",
        a.id, static_cast<int>(a.is), static_cast<int>(a.state), a.name, a.follow, a.opened_at, a.ended_at);
  }
  Result<std::vector<Purse>> purses(const std::string& account) override {
    return statements_.list(
        purse_of,
        "SELECT no, kind, name, since, balance FROM purses CROSS JOIN accounts ON no = account WHERE participant = ? "
        "ORDER BY no",
        account);
  }
  Result<std::vector<std::string>> groups(const std::string& member) override {
    return statements_.list(text_of, "SELECT team FROM memberships WHERE participant = ? ORDER BY team", member);
  }
  Result<std::vector<Spend>> spends(const std::string& account) override {
    return statements_.list(spend_of, std::string(kSpend) + "WHERE participant = ? ORDER BY no", account);
  }

  Result<std::optional<std::int64_t>> find_purse(const std::string& kind, const std::string& name) override {
    return statements_.first([](const Query& row) { return row.integer(0); },
                             "SELECT no FROM accounts WHERE kind = ? AND name = ? AND slot = 0", kind, name);
  }
  Result<std::optional<std::string>> owner(std::int64_t purse) override {
    return statements_.first(text_of, "SELECT owner FROM accounts WHERE no = ? AND owner IS NOT NULL", purse);
  }
  Status give(std::int64_t purse, const std::string& account, std::int64_t at) override {
    Status taken = statements_.run(
        "DELETE FROM purses WHERE account = ?1 AND participant = (SELECT owner FROM accounts WHERE no = ?1)", purse);
    if (taken) taken = statements_.run("UPDATE accounts SET owner = ?2 WHERE no = ?1", purse, account);
    return taken ? statements_.run("INSERT INTO purses VALUES(?, ?, ?)", account, purse, at) : taken;
  }
  Status rename(std::int64_t purse, const std::string& kind, const std::string& name) override {
    return statements_.run("UPDATE accounts SET kind = ?2, name = ?3 WHERE no = ?1", purse, kind, name);
  }

  Result<std::vector<std::string>> members(const std::string& group) override {
    return statements_.list(text_of, "SELECT participant FROM members WHERE team = ? ORDER BY participant", group);
  }
  Status add_member(const std::string& group, const std::string& member, std::int64_t at) override {
    Status added = statements_.run("INSERT INTO members VALUES(?, ?, ?)", group, member, at);
    return added ? statements_.run("INSERT INTO memberships VALUES(?, ?)", member, group) : added;
  }
  Status drop_member(const std::string& group, const std::string& member) override {
    Status dropped = statements_.run("DELETE FROM members WHERE team = ? AND participant = ?", group, member);
    return dropped ? statements_.run("DELETE FROM memberships WHERE participant = ? AND team = ?", member, group) : dropped;
  }

  Result<std::optional<Invitation>> invitation(const Digest& hash) override {
    return statements_.first(
        [&](const Query& row) {
          return Invitation{hash, std::string(row.text(0)), row.integer(1), std::string(row.text(2))};
        },
        "SELECT team, expires_at, used_by FROM invitations WHERE hash = ?", hash);
  }
  Status put(const Invitation& i) override {
    return statements_.run("INSERT INTO invitations VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET used_by = ?4", i.hash,
                           i.group, i.expires_at, i.used_by);
  }

  Result<std::int64_t> add_spend(const Spend& s) override {
    return statements_.insert("INSERT INTO spends VALUES(NULL, ?, ?, ?, ?, ?, ?)", s.account, s.order, s.mg,
                              static_cast<int>(s.state), s.at, s.decided_at);
  }
  Status put(const Spend& s) override {
    return statements_.run("UPDATE spends SET participant = ?2, state = ?3, decided_at = ?4 WHERE no = ?1", s.no, s.account,
                           static_cast<int>(s.state), s.decided_at);
  }
  Result<std::vector<Spend>> spends_of(std::int64_t order) override {
    return statements_.list(spend_of, std::string(kSpend) + "WHERE tree_order = ? ORDER BY no", order);
  }

  Result<std::vector<Account>> accounts(const std::string& after, std::size_t most) override {
    return statements_.list(account_of, std::string(kAccount) + "WHERE id > ? ORDER BY id LIMIT ?", after,
                            static_cast<std::int64_t>(most));
  }

 private:
  Statements statements_;
};

}  // namespace

std::unique_ptr<AccountStore> make_sqlite_accounts(sqlite::Database& database) {
  return std::make_unique<SqliteAccounts>(database);
}

}  // namespace greentill::credit
