// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/books.hpp"

#include <algorithm>
#include <map>

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/ledger/sqlite/audit.hpp"
#include "tools/credit-service/ledger/sqlite/progress.hpp"
#include "tools/credit-service/ledger/sqlite/schema.hpp"
#include "tools/credit-service/registry/sqlite/registry_store.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;
using sqlite::Statement;

// Readers wait for no writer; only for the moment in which the last connection but this one takes the log away.
constexpr std::chrono::milliseconds kBusyReading{10'000};

constexpr int kAnyReason = -1;

// Refused claims that have their place, and those before which a chain stands still. Parameters: device and since, NULL for all;
// reason, kAnyReason for all. The partial index on refused_at leads to the first part without reading accepted claims.
constexpr const char* kRefusals = R"sql(
SELECT device, chain, c.id & 0xffffffffff AS place, reason, since, certificate, 1 AS taken
FROM claims c CROSS JOIN chains ON chains.id = c.id >> 40
WHERE refused_at IS NOT NULL AND (?1 IS NULL OR device = ?1) AND (?2 < 0 OR reason = ?2) AND (?3 IS NULL OR since >= ?3)
UNION ALL
SELECT device, chain, seq, reason, since, nullif(certificate, zeroblob(32)), 0 FROM standstills
WHERE (?1 IS NULL OR device = ?1) AND (?2 < 0 OR reason = ?2) AND (?3 IS NULL OR since >= ?3))sql";

constexpr const char* kDevices = R"sql(
SELECT d.device, first_heard, last_heard, q.at, s.chain, s.seq, s.reason, s.certificate, s.since,
  (SELECT count(*) FROM pending p WHERE p.device = d.device)
FROM device_states d LEFT JOIN quarantine q ON q.device = d.device LEFT JOIN standstills s ON s.device = d.device
WHERE ?1 = '' OR d.device = ?1 ORDER BY 1)sql";

// A chain has no hole, so what is not refused of it was accepted. The plus keeps the column's affinity from the comparison, with
// which the index on that expression could not be used.
constexpr const char* kChains = R"sql(
SELECT device, chain, seq, (SELECT count(*) FROM claims WHERE claims.id >> 40 = +chains.id AND refused_at IS NOT NULL)
FROM chains WHERE ?1 = '' OR device = ?1 ORDER BY id)sql";

constexpr const char* kPending = R"sql(
SELECT p.device, p.chain, first, last, p.at, coalesce(c.seq, 0), length(bytes)
FROM pending p LEFT JOIN chains c ON c.device = p.device AND c.chain = p.chain
WHERE ?1 = '' OR p.device = ?1 ORDER BY p.device, p.chain, first, last)sql";

constexpr const char* kQuarantined = R"sql(
SELECT device, at, cause, (SELECT count(*) FROM chains CROSS JOIN claims ON claims.id >> 40 = +chains.id
  WHERE chains.device = quarantine.device AND refused_at IS NOT NULL AND reason = ?)
FROM quarantine ORDER BY device)sql";

constexpr const char* kReleases = R"sql(
SELECT device, since, cause, at, who, why FROM releases WHERE ?1 = '' OR device = ?1 ORDER BY id DESC)sql";

// In the order in which it was booked, so that the legs of a booking come together.
constexpr const char* kLegs = R"sql(
SELECT booking, device, payload, kind, mg, at FROM postings CROSS JOIN accounts ON accounts.id = account
CROSS JOIN claims ON claims.id = booking CROSS JOIN chains ON chains.id = booking >> 40
WHERE at >= ? AND at < ? ORDER BY postings.rowid)sql";

constexpr const char* kAccepted = R"sql(
SELECT device, payload, since FROM claims CROSS JOIN chains ON chains.id = claims.id >> 40
WHERE granted IS NOT NULL AND since >= ? AND since < ?)sql";

std::optional<std::string_view> unless_empty(std::string_view text) { return text.empty() ? std::nullopt : std::optional(text); }

class SqliteBooks final : public Books {
 public:
  SqliteBooks(sqlite::Database database, const claim::Hasher& hasher) : database_(std::move(database)), hasher_(hasher) {}

  Result<Report> report() override { return make_report(database_); }
  Result<std::vector<std::string>> check() override { return check_books(database_, hasher_); }
  Result<std::vector<DeviceState>> devices(const std::string& device) override;
  Result<std::vector<RefusedClaim>> refusals(const RefusalFilter& filter) override;
  Result<std::uint64_t> count_refusals(const RefusalFilter& filter) override;
  Result<std::vector<WaitingBatch>> pending(const std::string& device) override;
  Result<std::vector<Quarantined>> quarantined() override;
  Result<std::vector<Released>> releases(const std::string& device) override;

  RegistryReader& registry() override { return *registry_; }

  Status in_one_snapshot(const std::function<Status()>& reads) override {
    const auto snapshot = sqlite::Transaction::begin_read(database_);
    return snapshot ? reads() : Status(Failure{snapshot.error()});
  }
  Status legs(const Period& period, const std::function<Status(const BookedLeg&)>& take) override {
    const auto leg = [&](const Query& row) {
      return take({row.integer(0), row.text(1), row.bytes(2), row.text(3), row.integer(4), row.integer(5)});
    };
    return for_each(leg, kLegs, period.begin, period.end);
  }
  Status accepted(const Period& period, const std::function<Status(const AcceptedClaim&)>& take) override {
    const auto claim = [&](const Query& row) { return take({row.text(0), row.bytes(1), row.integer(2)}); };
    return for_each(claim, kAccepted, period.begin, period.end);
  }

 private:
  /// Calls `take`, which gives a Status, for every row.
  template <typename Take, typename... Values>
  Status for_each(const Take& take, const std::string& sql, const Values&... values) {
    Statement statement;
    if (Status prepared = statement.prepare(database_, sql); !prepared) return prepared;
    Query row(statement, values...);
    while (row.next()) {
      if (Status taken = take(row); !taken) return taken;
    }
    return row.status();
  }
  /// Every row, as `read` makes it.
  template <typename Row, typename Read, typename... Values>
  Result<std::vector<Row>> all(const Read& read, const std::string& sql, const Values&... values) {
    std::vector<Row> rows;
    const auto take = [&](const Query& row) -> Status {
      Row one;
      if (!read(row, one)) return database_.damaged("a chain's id or a certificate is none");
      rows.push_back(std::move(one));
      return Done{};
    };
    if (Status taken = for_each(take, sql, values...); !taken) return Failure{taken.error()};
    return rows;
  }

  sqlite::Database database_;
  const std::unique_ptr<RegistryStore> registry_ = make_sqlite_registry(database_);
  const claim::Hasher& hasher_;
};

bool read_device(const Query& row, DeviceState& into) {
  into.device = row.text(0);
  into.first_heard = row.integer(1);
  into.last_heard = row.integer(2);
  into.quarantined_since = row.optional(3);
  into.pending = row.count(9);
  if (row.is_null(4)) return true;
  Standstill& still = into.standstill.emplace();
  still.seq = row.count(5);
  still.reason = static_cast<Reason>(row.integer(6));
  still.since = row.integer(8);
  return row.fixed(4, still.chain) && row.fixed(7, still.certificate);
}

Result<std::vector<DeviceState>> SqliteBooks::devices(const std::string& device) {
  const auto snapshot = sqlite::Transaction::begin_read(database_);
  if (!snapshot) return Failure{snapshot.error()};
  auto states = all<DeviceState>(read_device, kDevices, device);
  if (!states) return states;
  const auto add_chain = [&](const Query& row) -> Status {
    const auto by_name = [](const DeviceState& state, std::string_view name) { return state.device < name; };
    const auto of = std::lower_bound(states->begin(), states->end(), row.text(0), by_name);
    ChainState chain;
    if (of == states->end() || of->device != row.text(0)) return database_.damaged("a chain's device never sent anything");
    if (!row.fixed(1, chain.chain)) return database_.damaged("a chain's id is none");
    chain.head = row.count(2);
    of->chains.push_back(chain);
    of->refused += row.count(3);
    of->accepted += row.count(2) - row.count(3);
    return Done{};
  };
  if (Status added = for_each(add_chain, kChains, device); !added) return Failure{added.error()};
  return states;
}

Result<std::vector<RefusedClaim>> SqliteBooks::refusals(const RefusalFilter& filter) {
  const auto read = [](const Query& row, RefusedClaim& into) {
    into.device = row.text(0);
    into.seq = row.count(2);
    into.reason = static_cast<Reason>(row.integer(3));
    into.since = row.integer(4);
    into.taken = row.integer(6) != 0;
    return row.fixed(1, into.chain) && (row.is_null(5) || row.fixed(5, into.certificate.emplace()));
  };
  const int reason = filter.reason ? static_cast<int>(*filter.reason) : kAnyReason;
  const std::int64_t most = filter.most == 0 ? -1 : static_cast<std::int64_t>(filter.most);
  return all<RefusedClaim>(read, std::string(kRefusals) + " ORDER BY since DESC, device, chain, place DESC LIMIT ?4",
                           unless_empty(filter.device), reason, filter.since, most);
}

Result<std::uint64_t> SqliteBooks::count_refusals(const RefusalFilter& filter) {
  std::uint64_t count = 0;
  const int reason = filter.reason ? static_cast<int>(*filter.reason) : kAnyReason;
  const auto take = [&](const Query& row) -> Status {
    count = row.count(0);
    return Done{};
  };
  Status counted =
      for_each(take, "SELECT count(*) FROM (" + std::string(kRefusals) + ")", unless_empty(filter.device), reason, filter.since);
  if (!counted) return Failure{counted.error()};
  return count;
}

Result<std::vector<WaitingBatch>> SqliteBooks::pending(const std::string& device) {
  const auto read = [](const Query& row, WaitingBatch& into) {
    into.device = row.text(0);
    into.span = {row.count(2), row.count(3), row.integer(4)};
    into.head = row.count(5);
    into.bytes = row.count(6);
    return row.fixed(1, into.chain);
  };
  auto batches = all<WaitingBatch>(read, kPending, device);
  if (!batches) return batches;
  const WaitingBatch* before = nullptr;
  std::uint64_t reached = 0;
  for (WaitingBatch& batch : *batches) {
    const bool same = before != nullptr && before->device == batch.device && before->chain == batch.chain;
    reached = same ? std::max(reached, before->span.last) : batch.head;
    if (batch.span.first > reached + 1) {
      batch.missing_first = reached + 1;
      batch.missing_last = batch.span.first - 1;
    }
    before = &batch;
  }
  return batches;
}

Result<std::vector<Quarantined>> SqliteBooks::quarantined() {
  const auto read = [](const Query& row, Quarantined& into) {
    into = {std::string(row.text(0)), row.integer(1), std::string(row.text(2)), row.count(3)};
    return true;
  };
  return all<Quarantined>(read, kQuarantined, static_cast<int>(Reason::quarantined));
}

Result<std::vector<Released>> SqliteBooks::releases(const std::string& device) {
  const auto read = [](const Query& row, Released& into) {
    into = {std::string(row.text(0)),
            row.integer(1),
            std::string(row.text(2)),
            {row.integer(3), std::string(row.text(4)), std::string(row.text(5))}};
    return true;
  };
  return all<Released>(read, kReleases, device);
}

}  // namespace

Result<std::unique_ptr<Books>> open_sqlite_books(const std::filesystem::path& path, const claim::Hasher& hasher) {
  std::error_code unknown;
  // Read before the database, which only goes on meanwhile. A reader makes no mark where there is none.
  std::optional<sqlite::StoreMark> mark;
  if (std::filesystem::exists(mark_path(path), unknown)) {
    auto opened = sqlite::StoreMark::open(mark_path(path), sqlite::StoreMark::Users::several);
    // The workers' alone: whoever may read the books alone reads them unchecked.
    if (!opened && opened.error().code != ErrorCode::denied) return Failure{opened.error()};
    if (opened) mark.emplace(std::move(*opened));
    const auto sound = mark ? check_files(*mark, path, WentBack::refused) : Result<bool>(false);
    if (!sound) return Failure{sound.error()};
  }
  if (!std::filesystem::exists(path, unknown)) {
    return fail(ErrorCode::not_found, path.string() + ": there is no ledger here; greentill-credit run makes one");
  }
  sqlite::Settings settings;
  settings.read_only = true;
  settings.busy = kBusyReading;
  auto database = sqlite::Database::open(path, settings);
  if (!database) return Failure{database.error()};
  if (Status readable = check_version(*database); !readable) return Failure{readable.error()};
  if (mark) {
    if (const auto sound = check_reach(*mark, *database, WentBack::refused); !sound) return Failure{sound.error()};
  }
  return std::unique_ptr<Books>(std::make_unique<SqliteBooks>(std::move(*database), hasher));
}

}  // namespace greentill::credit
