// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/store.hpp"

#include <unordered_map>

#include "daemon/base/hex.hpp"
#include "daemon/sqlite/sqlite.hpp"
#include "daemon/sqlite/store_mark.hpp"
#include "tools/credit-service/ledger/sqlite/progress.hpp"
#include "tools/credit-service/ledger/sqlite/schema.hpp"
#include "tools/credit-service/registry/sqlite/registry_store.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;
using sqlite::Statement;

// Nullifiers are spread over their index, so that each transaction dirties many pages: with a log of 32 MB each is written back
// less often.
constexpr const char* kSettings = "PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=8000";
constexpr std::chrono::milliseconds kBusy{10'000};

std::vector<std::uint8_t> copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

class SqliteStore final : public Store {
 public:
  SqliteStore(sqlite::Database database, sqlite::StoreMark mark, bool starts_anew)
      : database_(std::move(database)), mark_(std::move(mark)), starts_anew_(starts_anew) {}
  ~SqliteStore() override { mark_.settle(database_.file()); }
  Status prepare();
  /// Brings the mark up to the ledger, unless a new epoch does.
  Status keep_mark();

  Status transact(const std::function<Status()>& work) override {
    raised_ = false;
    accounts_.clear();  // may be another worker's, or from a transaction that was rolled back
    auto transaction = sqlite::Transaction::begin(database_);
    if (!transaction) return Failure{transaction.error()};
    const std::int64_t before = database_.changed_ever();
    if (Status done = work(); !done) return done;
    if (database_.changed_ever() == before) return transaction->commit();  // a batch that came again
    const auto reach = count_step();
    if (!reach) return Failure{reach.error()};
    if (Status committed = transaction->commit(); !committed) return committed;
    if (std::exchange(raised_, false)) {
      starts_anew_ = false;
      return mark_.restart(*reach, database_);
    }
    if (!starts_anew_) mark_.note(*reach, database_.file());
    return Done{};
  }

  RegistryStore& registry() override { return *registry_; }

  Result<Head> head(const std::string& device, const claim::ChainId& chain) override {
    Head head;
    Query row(find_chain_, device, chain);
    if (!row.next()) return row.result(head);
    head = {row.integer(0), row.count(1), {}};
    if (!row.fixed(2, head.hash)) return database_.damaged("a chain's hash is none");
    return head;
  }
  Result<std::size_t> count_chains(const std::string& device) override { return count(count_chains_, device); }
  Result<std::int64_t> add_chain(const std::string& device, const claim::ChainId& chain) override {
    if (Status added = add_chain_.run(device, chain); !added) return Failure{added.error()};
    if (database_.last_row() >= kMostChains) return fail(ErrorCode::full, "ledger: it has no number left for another chain");
    return database_.last_row();
  }
  Status move_head(const Head& head) override { return move_head_.run(head.seq, head.hash, head.row); }
  Status heard(const std::string& device, std::int64_t at) override { return heard_.run(device, at, at); }
  Status stand_still(const std::string& device, const Standstill& still) override {
    return stand_still_.run(device, still.chain, still.seq, static_cast<int>(still.reason), still.certificate, still.since);
  }
  Status go_on(const std::string& device, const claim::ChainId& chain, std::uint64_t seq) override {
    return go_on_.run(device, chain, seq);
  }
  Result<bool> is_quarantined(const std::string& device) override {
    Query row(find_quarantine_, device);
    return row.result(row.next());
  }
  Result<bool> quarantine(const std::string& device, std::int64_t at, const std::string& cause) override {
    if (Status added = add_quarantine_.run(device, at, cause); !added) return Failure{added.error()};
    return database_.changed() > 0;
  }

  Result<bool> release(const std::string& device, const Release& release) override {
    if (Status kept = add_release_.run(release.at, release.who, release.why, device); !kept) return Failure{kept.error()};
    if (Status dropped = drop_quarantine_.run(device); !dropped) return Failure{dropped.error()};
    return database_.changed() > 0;
  }

  Result<std::optional<StoredClaim>> claim(std::int64_t id) override {
    Query row(find_claim_, id);
    if (!row.next()) return row.result(std::optional<StoredClaim>());
    Decision decision{static_cast<Reason>(row.integer(0)),
                      row.integer(1),
                      row.optional(2),
                      std::nullopt,
                      row.optional(4),
                      row.optional(5),
                      row.optional(6)};
    if (Digest x5t{}; !row.is_null(3)) {
      if (!row.fixed(3, x5t)) return database_.damaged("a refused claim's certificate is none");
      decision.certificate = x5t;
    }
    return std::optional(StoredClaim{decision, copy(row.bytes(7))});
  }
  Status put_claim(std::int64_t id, const Decision& decision, ByteView payload) override {
    return put_claim_.run(id, static_cast<int>(decision.reason), decision.since, decision.refused_at, decision.certificate,
                          decision.granted, decision.customer, decision.programme, payload);
  }
  Result<Refusals> refused_since(const Head& head, std::int64_t since, std::size_t most) override {
    return read_refusals(Query(refused_since_, head.row, since, head.claim_id(head.seq), most));
  }
  Result<Refusals> refused_behind(const Head& head, std::uint64_t seq, std::size_t most) override {
    return read_refusals(Query(refused_behind_, head.row, head.claim_id(seq), most));
  }
  Result<std::size_t> count_kept(const std::string& device) override { return count(count_kept_, device); }
  Status keep(const std::string& device, const claim::ChainId& chain, const Span& span, const Digest& digest,
              ByteView correlation, ByteView bytes) override {
    return keep_.run(device, chain, span.first, span.last, span.at, digest, correlation, bytes);
  }
  Result<std::optional<KeptBatch>> next_kept(const std::string& device, const claim::ChainId& chain,
                                             std::uint64_t first) override {
    Query row(next_kept_, device, chain, first);
    if (!row.next()) return row.result(std::optional<KeptBatch>());
    return std::optional(KeptBatch{row.integer(0), copy(row.bytes(1)), copy(row.bytes(2))});
  }
  Status drop_kept(std::int64_t id) override { return drop_kept_.run(id); }

  Result<std::int64_t> take_nullifier(const Digest& mac, std::int64_t claim) override {
    if (Status added = add_nullifier_.run(mac, claim); !added) return Failure{added.error()};
    if (database_.changed() > 0) return claim;
    Query row(find_nullifier_, mac);
    return row.result(row.next() ? row.integer(0) : claim);
  }
  Status free_nullifier(const Digest& mac, std::int64_t claim) override { return drop_nullifier_.run(mac, claim); }
  Result<std::optional<std::int64_t>> owner(const Digest& mac) override {
    Query row(find_nullifier_, mac);
    return row.result(row.next() ? row.optional(0) : std::nullopt);
  }
  Status add_reversal(const Digest& mac, std::int64_t reversal) override { return add_reversal_.run(mac, reversal); }
  Status bind_reversal(const Digest& mac, std::int64_t reversal, std::int64_t claim) override {
    return bind_reversal_.run(claim, mac, reversal);
  }
  Result<std::vector<StoredReversal>> reversals(const Digest& mac, std::optional<std::int64_t> claim) override {
    std::vector<StoredReversal> all;
    Query row(reversals_, mac, claim);
    while (row.next()) all.push_back({row.integer(0), copy(row.bytes(1))});
    return row.result(std::move(all));
  }

  Result<std::int64_t> account(std::string_view kind, std::string_view name) override {
    std::string key(kind);
    key.append(1, '\0').append(name);
    if (const auto known = accounts_.find(key); known != accounts_.end()) return known->second;
    Query row(find_account_, kind, name);
    const bool found = row.next();
    if (Status read = row.status(); !read) return Failure{read.error()};
    if (Status added = found ? Status(Done{}) : add_account_.run(kind, name); !added) return Failure{added.error()};
    const std::int64_t id = found ? row.integer(0) : database_.last_row();
    accounts_.emplace(std::move(key), id);
    return id;
  }
  Result<std::string> kind_of(std::int64_t account) override {
    Query row(kind_of_, account);
    return row.result(row.next() ? std::string(row.text(0)) : std::string());
  }
  Result<std::int64_t> used(std::int64_t account, std::string_view activity, std::int64_t period) override {
    Query row(find_usage_, account, activity, period);
    return row.result(row.next() ? row.integer(0) : 0);
  }
  Status use(std::int64_t account, std::string_view activity, std::int64_t period, std::int64_t mg) override {
    return add_usage_.run(account, activity, period, mg);
  }
  Status book(std::int64_t claim, const std::vector<Leg>& legs, std::int64_t at) override {
    for (const Leg& leg : legs) {
      if (Status posted = post_.run(claim, leg.account, leg.mg, at); !posted) return posted;
    }
    return Done{};
  }

  Result<std::int64_t> keep_programme(const Digest& sha256, std::string_view bytes) override {
    if (Status kept = keep_programme_.run(sha256, bytes); !kept) return Failure{kept.error()};
    Query row(find_programme_, sha256);
    return row.result(row.next() ? row.integer(0) : 0);
  }
  Result<std::string> programme(std::int64_t id) override {
    Query row(load_programme_, id);
    if (row.next()) return std::string(row.text(0));
    if (Status read = row.status(); !read) return Failure{read.error()};
    return database_.damaged("programme " + std::to_string(id) + " is missing");
  }

  Result<std::uint64_t> epoch() override {
    Query row(epoch_);
    if (row.next()) return row.count(0);
    if (Status read = row.status(); !read) return Failure{read.error()};
    return database_.damaged("the ledger has no epoch");
  }
  Status raise_epoch() override {
    raised_ = true;
    return raise_epoch_.run(mark_.reach().era);
  }
  Status refuse_without_end(Reason reason) override { return refuse_without_end_.run(static_cast<int>(reason)); }

 private:
  // A claim's id holds the chain's row above 40 bits of seq, which leaves 23 bits for the row.
  static constexpr std::int64_t kMostChains = std::int64_t{1} << 23;

  static Result<std::size_t> count(Statement& statement, const std::string& device) {
    Query row(statement, device);
    return row.result(row.next() ? row.count(0) : 0);
  }
  static Result<Refusals> read_refusals(Query&& row) {
    Refusals refused;
    while (row.next()) refused.emplace(row.count(0), static_cast<Reason>(row.integer(1)));
    return row.result(std::move(refused));
  }

  Result<sqlite::Reach> count_step();

  sqlite::Database database_;
  const std::unique_ptr<RegistryStore> registry_ = make_sqlite_registry(database_);
  sqlite::StoreMark mark_;
  bool starts_anew_;  // the ledger went back; the mark speaks of the one before until the new epoch has begun
  bool raised_ = false;
  std::unordered_map<std::string, std::int64_t> accounts_;  // of the current transaction, by kind and name
  Statement find_chain_, count_chains_, add_chain_, move_head_, find_quarantine_, add_quarantine_;
  Statement heard_, stand_still_, go_on_, add_release_, drop_quarantine_;
  Statement find_claim_, put_claim_, refused_since_, refused_behind_, refuse_without_end_;
  Statement count_kept_, keep_, next_kept_, drop_kept_;
  Statement find_nullifier_, add_nullifier_, drop_nullifier_, add_reversal_, bind_reversal_, reversals_;
  Statement find_account_, add_account_, kind_of_, find_usage_, add_usage_, post_;
  Statement keep_programme_, find_programme_, load_programme_, epoch_, raise_epoch_, count_step_;
};

Status SqliteStore::prepare() {
  if (Status wal = database_.use_wal(); !wal) return wal;
  if (Status ready = create_or_check(database_); !ready) return ready;
  return sqlite::prepare_all(
      database_,
      {{find_chain_, "SELECT id, seq, hash FROM chains WHERE device = ? AND chain = ?"},
       {count_chains_, "SELECT count(*) FROM chains WHERE device = ?"},
       {add_chain_, "INSERT INTO chains(device, chain, hash) VALUES(?, ?, zeroblob(32))"},
       {move_head_, "UPDATE chains SET seq = ?, hash = ? WHERE id = ?"},
       {find_quarantine_, "SELECT 1 FROM quarantine WHERE device = ?"},
       {add_quarantine_, "INSERT OR IGNORE INTO quarantine VALUES(?, ?, ?)"},
       {heard_,
        "INSERT INTO device_states VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET last_heard = excluded.last_heard "
        "WHERE excluded.last_heard >= last_heard + 10"},
       {stand_still_,
        "INSERT INTO standstills VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET chain = excluded.chain, seq = excluded.seq, "
        "reason = excluded.reason, certificate = excluded.certificate, since = excluded.since WHERE (chain, seq, reason, "
        "certificate) <> (excluded.chain, excluded.seq, excluded.reason, excluded.certificate)"},
       {go_on_, "DELETE FROM standstills WHERE device = ? AND chain = ? AND seq <= ?"},
       {add_release_,
        "INSERT INTO releases(device, since, cause, at, who, why) SELECT device, at, cause, ?, ?, ? FROM quarantine "
        "WHERE device = ?"},
       {drop_quarantine_, "DELETE FROM quarantine WHERE device = ?"},
       {find_claim_,
        "SELECT reason, since, refused_at, certificate, granted, customer, programme, payload FROM claims WHERE id = ?"},
       {put_claim_,
        "INSERT INTO claims(id, reason, since, refused_at, certificate, granted, customer, programme, payload) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason, "
        "since = iif((reason = 0) = (excluded.reason = 0), since, excluded.since), refused_at = excluded.refused_at, "
        "certificate = excluded.certificate, granted = excluded.granted, customer = excluded.customer, "
        "programme = excluded.programme"},
       {refused_since_,
        "SELECT id & 0xffffffffff, reason FROM claims WHERE id >> 40 = ? AND refused_at >= ? AND +id <= ? "
        "ORDER BY refused_at DESC, id DESC LIMIT ?"},
       {refused_behind_,
        "SELECT id & 0xffffffffff, reason FROM claims WHERE id >> 40 = ? AND refused_at IS NOT NULL AND +id > ? LIMIT ?"},
       {refuse_without_end_, "UPDATE claims SET refused_at = 9223372036854775807 WHERE refused_at IS NOT NULL AND reason = ?"},
       {count_kept_, "SELECT count(*) FROM pending WHERE device = ?"},
       {keep_,
        "INSERT OR IGNORE INTO pending(device, chain, first, last, at, digest, correlation, bytes) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?)"},
       {next_kept_,
        "SELECT id, correlation, bytes FROM pending WHERE device = ? AND chain = ? AND first <= ? ORDER BY first LIMIT 1"},
       {drop_kept_, "DELETE FROM pending WHERE id = ?"},
       {find_nullifier_, "SELECT claim FROM nullifiers WHERE mac = ?"},
       {add_nullifier_, "INSERT OR IGNORE INTO nullifiers VALUES(?, ?)"},
       {drop_nullifier_, "DELETE FROM nullifiers WHERE mac = ? AND claim = ?"},
       {add_reversal_, "INSERT OR IGNORE INTO reversals VALUES(?, ?, NULL)"},
       {bind_reversal_, "UPDATE reversals SET target = ? WHERE mac = ? AND claim = ?"},
       {reversals_,
        "SELECT r.claim, c.payload FROM reversals r JOIN claims c ON c.id = r.claim WHERE mac = ? AND target IS ? ORDER BY 1"},
       {find_account_, "SELECT id FROM accounts WHERE kind = ? AND name = ?"},
       {add_account_, "INSERT INTO accounts(kind, name) VALUES(?, ?)"},
       {kind_of_, "SELECT kind FROM accounts WHERE id = ?"},
       {find_usage_, "SELECT mg FROM usage WHERE account = ? AND activity = ? AND period = ?"},
       {add_usage_,
        "INSERT INTO usage VALUES(?, ?, ?, ?) ON CONFLICT(account, activity, period) DO UPDATE SET mg = mg + excluded.mg"},
       {post_, "INSERT INTO postings VALUES(?, ?, ?, ?)"},
       {keep_programme_, "INSERT OR IGNORE INTO programmes(sha256, bytes) VALUES(?, ?)"},
       {find_programme_, "SELECT id FROM programmes WHERE sha256 = ?"},
       {load_programme_, "SELECT bytes FROM programmes WHERE id = ?"},
       {epoch_, "SELECT epoch FROM meta"},
       {raise_epoch_, "UPDATE meta SET epoch = max(epoch, ?) + 1"},
       {count_step_, "UPDATE meta SET steps = steps + 1 RETURNING id, epoch, steps"}});
}

/// Within a transaction: so the log of each holds the ledger's id and how far it has come.
Result<sqlite::Reach> SqliteStore::count_step() {
  Query row(count_step_);
  sqlite::Reach reach;
  while (row.next()) reach = {to_hex(row.bytes(0)), row.count(1), row.count(2), "", 0};
  return row.result(std::move(reach));
}

}  // namespace

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
