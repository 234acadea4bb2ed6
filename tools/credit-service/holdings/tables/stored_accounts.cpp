// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/tables/stored_accounts.hpp"

namespace greentill::credit {
namespace {

using sql::Query;

Account account_of(const Query& row) {
  return Account{std::string(row.text(0)),
                 static_cast<Account::Kind>(row.integer(1)),
                 static_cast<Account::State>(row.integer(2)),
                 std::string(row.text(3)),
                 std::string(row.text(4)),
                 row.integer(5),
                 row.optional(6)};
}

Spend spend_of(const Query& row) {
  return Spend{
      row.integer(0), std::string(row.text(1)), row.integer(2), row.integer(3), static_cast<Spend::State>(row.integer(4)),
      row.integer(5), row.optional(6)};
}

std::string text_of(const Query& row) { return std::string(row.text(0)); }

#define GREENTILL_ACCOUNT "SELECT id, kind, state, name, follow, opened_at, ended_at FROM participants "
#define GREENTILL_SPEND "SELECT no, participant, tree_order, mg, state, at, decided_at FROM spends "

class StoredAccounts final : public AccountStore {
 public:
  explicit StoredAccounts(sql::Database& database) : database_(database), statements_(database) {}

  Result<std::optional<Account>> account(const std::string& id) override {
    return statements_.first<Account>(GREENTILL_ACCOUNT "WHERE id = ?", account_of, id);
  }
  Status put(const Account& a) override {
    return statements_.run(
        "INSERT INTO participants VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET kind = ?2, state = ?3, "
        "name = ?4, follow = ?5, ended_at = ?7",
        a.id, static_cast<int>(a.is), static_cast<int>(a.state), a.name, a.follow, a.opened_at, a.ended_at);
  }
  Result<std::vector<Purse>> purses(const std::string& account) override {
    return statements_.list<Purse>(
        "SELECT account, since FROM purses WHERE participant = ? ORDER BY account",
        [](const Query& row) {
          return Purse{row.integer(0), row.integer(1)};
        },
        account);
  }
  Status add(const std::string& account, const Purse& purse) override {
    return statements_.run("INSERT INTO purses VALUES(?, ?, ?)", account, purse.no, purse.since);
  }
  Status drop_purse(const std::string& account, std::int64_t purse) override {
    return statements_.run("DELETE FROM purses WHERE participant = ? AND account = ?", account, purse);
  }
  Result<std::vector<std::string>> groups(const std::string& member) override {
    return statements_.list<std::string>("SELECT team FROM memberships WHERE participant = ? ORDER BY team", text_of, member);
  }
  Result<std::vector<Spend>> spends(const std::string& account) override {
    return statements_.list<Spend>(GREENTILL_SPEND "WHERE participant = ? ORDER BY no", spend_of, account);
  }

  Result<std::vector<PurseLeg>> legs(std::int64_t purse, const PurseLeg& before, std::size_t most) override {
    return statements_.list<PurseLeg>(
        "SELECT at, claim, booking, mg, spendable_at FROM legs WHERE account = ? AND (at, claim, booking) < (?, ?, ?) "
        "ORDER BY at DESC, claim DESC, booking DESC LIMIT ?",
        [](const Query& row) {
          return PurseLeg{row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4)};
        },
        purse, before.at, before.claim, before.booking, static_cast<std::int64_t>(most));
  }

  Result<std::vector<std::string>> members(const std::string& group) override {
    return statements_.list<std::string>("SELECT participant FROM members WHERE team = ? ORDER BY participant", text_of, group);
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
    return statements_.first<Invitation>(
        "SELECT team, expires_at, used_by FROM invitations WHERE hash = ?",
        [&](const Query& row) {
          return Invitation{hash, std::string(row.text(0)), row.integer(1), std::string(row.text(2))};
        },
        hash);
  }
  Status put(const Invitation& i) override {
    return statements_.run("INSERT INTO invitations VALUES(?1, ?2, ?3, ?4) ON CONFLICT (hash) DO UPDATE SET used_by = ?4", i.hash,
                           i.group, i.expires_at, i.used_by);
  }

  Result<std::int64_t> add_spend(const Spend& s) override {
    const auto no = database_.next_number("spends");
    if (!no) return Failure{no.error()};
    Spend numbered = s;
    numbered.no = *no;
    Status added = insert(numbered);
    if (added) added = statements_.run("INSERT INTO order_spends VALUES(?, ?, ?)", s.order, *no, s.account);
    return added ? no : Failure{added.error()};
  }
  Status put(const Spend& s) override {
    return statements_.run("UPDATE spends SET state = ?3, decided_at = ?4 WHERE participant = ?1 AND no = ?2", s.account, s.no,
                           static_cast<int>(s.state), s.decided_at);
  }
  Status move(const Spend& s, const std::string& to) override {
    Status moved = statements_.run("DELETE FROM spends WHERE participant = ? AND no = ?", s.account, s.no);
    if (!moved) return moved;
    Spend theirs = s;
    theirs.account = to;
    moved = insert(theirs);
    if (!moved) return moved;
    return statements_.run("UPDATE order_spends SET participant = ?3 WHERE tree_order = ?1 AND no = ?2", s.order, s.no, to);
  }
  Result<std::vector<Spend>> spends_of(std::int64_t order) override {
    const auto parts = statements_.list<std::pair<std::int64_t, std::string>>(
        "SELECT no, participant FROM order_spends WHERE tree_order = ? ORDER BY no",
        [](const Query& row) { return std::pair(row.integer(0), std::string(row.text(1))); }, order);
    if (!parts) return Failure{parts.error()};
    std::vector<Spend> all;
    for (const auto& [no, account] : *parts) {
      auto spend = statements_.first<Spend>(GREENTILL_SPEND "WHERE participant = ? AND no = ?", spend_of, account, no);
      if (!spend) return Failure{spend.error()};
      if (!*spend) return database_.damaged("spend " + std::to_string(no) + " is missing");
      all.push_back(std::move(**spend));
    }
    return all;
  }

  Result<std::vector<Account>> accounts(const std::string& after, std::size_t most) override {
    return statements_.list<Account>(GREENTILL_ACROSS GREENTILL_ACCOUNT "WHERE id > ? ORDER BY id LIMIT ?", account_of, after,
                                     static_cast<std::int64_t>(most));
  }

 private:
  Status insert(const Spend& s) {
    return statements_.run("INSERT INTO spends VALUES(?, ?, ?, ?, ?, ?, ?)", s.account, s.no, s.order, s.mg,
                           static_cast<int>(s.state), s.at, s.decided_at);
  }

  sql::Database& database_;
  sql::Statements statements_;
};

}  // namespace

std::unique_ptr<AccountStore> make_accounts(sql::Database& database) { return std::make_unique<StoredAccounts>(database); }

}  // namespace greentill::credit
