// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/access/tables/stored_access.hpp"

namespace greentill::credit {

const char* const kAccessSchema = R"sql(
CREATE TABLE access_tokens (hash BLOB PRIMARY KEY, scope INTEGER NOT NULL, subject TEXT NOT NULL, read_only INTEGER NOT NULL,
  note TEXT NOT NULL, made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, revoked_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE kept_answers (token BLOB NOT NULL, key TEXT NOT NULL, request BLOB NOT NULL, status INTEGER NOT NULL,
  body BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (token, key)) STRICT, WITHOUT ROWID;
CREATE INDEX kept_answers_by_time ON kept_answers (at);
CREATE TABLE access_deeds (subject TEXT NOT NULL, no INTEGER NOT NULL, at INTEGER NOT NULL, access TEXT NOT NULL,
  request TEXT NOT NULL, what TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (subject, no)) STRICT, WITHOUT ROWID;
)sql";

namespace {

AccessToken token_of(const sql::Query& row) {
  AccessToken token;
  (void)row.fixed(0, token.hash);
  token.is = static_cast<AccessToken::Scope>(row.integer(1));
  token.subject = row.text(2);
  token.read_only = row.integer(3) != 0;
  token.note = row.text(4);
  token.made_at = row.integer(5);
  token.expires_at = row.integer(6);
  token.revoked_at = row.optional(7);
  return token;
}

#define GREENTILL_TOKEN "SELECT hash, scope, subject, read_only, note, made_at, expires_at, revoked_at FROM access_tokens "

class StoredAccess final : public AccessStore {
 public:
  explicit StoredAccess(sql::Database& database) : statements_(database) {}

  Result<std::optional<AccessToken>> token(const Digest& hash) override {
    return statements_.first<AccessToken>(GREENTILL_TOKEN "WHERE hash = ?", token_of, hash);
  }
  Result<std::vector<AccessToken>> tokens() override {
    return statements_.list<AccessToken>(GREENTILL_TOKEN "ORDER BY made_at, hash", token_of);
  }
  Status put(const AccessToken& t) override {
    return statements_.run(
        "INSERT INTO access_tokens VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (hash) DO UPDATE SET revoked_at = ?8",
        t.hash, static_cast<int>(t.is), t.subject, t.read_only ? 1 : 0, t.note, t.made_at, t.expires_at, t.revoked_at);
  }

  Status end_tokens_of(const std::string& account, std::int64_t at) override {
    const auto all =
        statements_.list<AccessToken>(GREENTILL_TOKEN "WHERE scope = 1 AND subject = ? ORDER BY hash", token_of, account);
    if (!all) return Failure{all.error()};
    for (const AccessToken& one : *all) {
      Status ended = statements_.run("UPDATE access_tokens SET note = '', revoked_at = coalesce(revoked_at, ?2) WHERE hash = ?1",
                                     one.hash, at);
      if (ended) ended = statements_.run("DELETE FROM kept_answers WHERE token = ?", one.hash);
      if (!ended) return ended;
    }
    return Done{};
  }

  Result<std::optional<KeptAnswer>> answer(const Digest& token, const std::string& key) override {
    return statements_.first<KeptAnswer>(
        "SELECT request, status, body, at FROM kept_answers WHERE token = ? AND key = ?",
        [&](const sql::Query& row) {
          const ByteView body = row.bytes(2);
          KeptAnswer kept{token, key, {}, static_cast<int>(row.integer(1)), {body.begin(), body.end()}, row.integer(3)};
          (void)row.fixed(0, kept.request);
          return kept;
        },
        token, key);
  }
  Status add(const KeptAnswer& a) override {
    return statements_.run("INSERT INTO kept_answers VALUES(?, ?, ?, ?, ?, ?)", a.token, a.key, a.request, a.status,
                           ByteView(a.body), a.at);
  }
  Status add(const AccessDeed& d) override {
    return statements_.run(
        "INSERT INTO access_deeds SELECT ?1, coalesce(max(no), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM access_deeds WHERE subject = ?1",
        d.subject, d.at, d.access, d.request, d.what, d.why);
  }
  Result<std::vector<AccessDeed>> deeds(const std::string& subject, std::int64_t below, std::size_t most) override {
    return statements_.list<AccessDeed>(
        "SELECT no, at, access, request, what, why FROM access_deeds WHERE subject = ?1 AND (?2 = 0 OR no < ?2) "
        "ORDER BY no DESC LIMIT ?3",
        [&](const sql::Query& row) {
          return AccessDeed{subject,
                            row.integer(0),
                            row.integer(1),
                            std::string(row.text(2)),
                            std::string(row.text(3)),
                            std::string(row.text(4)),
                            std::string(row.text(5))};
        },
        subject, below, static_cast<std::int64_t>(most));
  }
  Status drop_answers(std::int64_t before, std::size_t most) override {
    using Name = std::pair<Digest, std::string>;
    const auto old = statements_.list<Name>(
        GREENTILL_ACROSS "SELECT token, key FROM kept_answers WHERE at < ? ORDER BY at LIMIT ?",
        [](const sql::Query& row) {
          Name name{{}, std::string(row.text(1))};
          (void)row.fixed(0, name.first);
          return name;
        },
        before, static_cast<std::int64_t>(most));
    if (!old) return Failure{old.error()};
    for (const auto& [token, key] : *old) {
      if (Status dropped = statements_.run("DELETE FROM kept_answers WHERE token = ? AND key = ?", token, key); !dropped)
        return dropped;
    }
    return Done{};
  }

 private:
  sql::Statements statements_;
};

}  // namespace

std::unique_ptr<AccessStore> make_access(sql::Database& database) { return std::make_unique<StoredAccess>(database); }

}  // namespace greentill::credit
