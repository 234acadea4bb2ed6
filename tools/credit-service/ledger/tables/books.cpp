// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/tables/books.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "tools/credit-service/ledger/stored_rows.hpp"
#include "tools/credit-service/ledger/tables/audit.hpp"
#include "tools/credit-service/ledger/tables/books_claims.hpp"
#include "tools/credit-service/ledger/tables/year_summing.hpp"
#include "tools/credit-service/registry/tables/registry_store.hpp"

namespace greentill::credit {
namespace {

constexpr int kAnyReason = -1;

// Refused claims that have their place, and those before which a chain stands still. Parameters: device and since, NULL for all;
// reason, kAnyReason for all; the certificate that stands for none.
constexpr const char* kRefusals = R"sql(
SELECT device, chains.id AS chain, c.id & 1099511627775 AS place, c.reason AS reason, since, certificate, 1 AS taken
FROM claims c INDEXED BY refused_claims CROSS JOIN chains ON chains.no = c.id >> 40
WHERE c.reason != 0 AND (CAST(?1 AS TEXT) IS NULL OR device = ?1) AND (?2 < 0 OR c.reason = ?2) AND (CAST(?3 AS BIGINT) IS NULL OR since >= ?3)
UNION ALL
SELECT device, chain, seq, reason, since, nullif(certificate, ?4), 0 FROM standstills
WHERE (CAST(?1 AS TEXT) IS NULL OR device = ?1) AND (?2 < 0 OR reason = ?2) AND (CAST(?3 AS BIGINT) IS NULL OR since >= ?3))sql";

constexpr const char* kDevices = R"sql(
SELECT d.device, first_heard, last_heard, s.chain, s.seq, s.reason, s.certificate, s.since,
  (SELECT count(*) FROM pending p WHERE p.device = d.device)
FROM device_states d LEFT JOIN standstills s ON s.device = d.device
WHERE ?1 = '' OR d.device = ?1 ORDER BY 1)sql";

// A chain has no hole, so what is not refused of it was accepted. Claims lie with their payloads: without being told SQLite reads
// them all, to spare itself the step from an index to its row.
constexpr const char* kChains = R"sql(
SELECT device, id, seq, state, state_since, reason, held_from, assignment, closed_at,
  (SELECT count(*) FROM claims INDEXED BY refused_claims WHERE reason != 0 AND claims.id > chains.no << 40
    AND claims.id < (chains.no + 1) << 40),
  (SELECT count(*) FROM claims INDEXED BY held_claims WHERE holds != 0 AND claims.id > chains.no << 40
    AND claims.id < (chains.no + 1) << 40)
FROM chains WHERE ?1 = '' OR device = ?1 ORDER BY no)sql";

constexpr const char* kPending = R"sql(
SELECT p.device, p.chain, first, last, p.at, coalesce(c.seq, 0), length(bytes)
FROM pending p LEFT JOIN chains c ON c.device = p.device AND c.id = p.chain
WHERE ?1 = '' OR p.device = ?1 ORDER BY p.device, p.chain, first, last)sql";

// What moves credit between a claim's parties.
constexpr const char* kBookings = R"sql(
SELECT b.claim, b.number, device, payload, b.at, b.legs FROM bookings b CROSS JOIN claims ON claims.id = b.claim
CROSS JOIN chains ON chains.no = b.claim >> 40
WHERE b.claim > 0 AND b.kind <> ?1 AND b.at >= ?2 AND b.at < ?3 ORDER BY b.claim, b.number)sql";

// When a claim was granted something first never changes; where it never was there is only its last decision.
constexpr const char* kAccepted = R"sql(
SELECT device, payload, b.at FROM bookings b CROSS JOIN claims ON claims.id = b.claim CROSS JOIN chains ON chains.no = b.claim >> 40
WHERE b.number = 1 AND b.claim > 0 AND b.at >= ?1 AND b.at < ?2
UNION ALL
SELECT device, payload, since FROM claims CROSS JOIN chains ON chains.no = claims.id >> 40
WHERE granted = 0 AND claims.reason = 0 AND holds = 0 AND since >= ?1 AND since < ?2
  AND NOT EXISTS (SELECT 1 FROM bookings WHERE claim = claims.id))sql";

constexpr const char* kScreened = R"sql(
SELECT device, activity, day, value, words, lifted_at FROM screened
WHERE lifted_at IS NULL AND (?1 = '' OR device = ?1) ORDER BY 1, 2, 3)sql";

std::optional<std::string_view> unless_empty(std::string_view text) { return text.empty() ? std::nullopt : std::optional(text); }

class StoredBooks final : public Books {
 public:
  StoredBooks(std::unique_ptr<sql::Database> database, const claim::Hasher& hasher)
      : database_(std::move(database)), hasher_(hasher) {}

  Result<Report> report() override { return make_report(*database_); }
  Result<std::vector<std::string>> check() override { return check_books(*database_, hasher_); }
  Result<std::vector<std::string>> check_closes() override {
    std::vector<std::string> wrong;
    const auto snapshot = sql::Snapshot::begin(*database_);
    if (!snapshot) return Failure{snapshot.error()};
    Status checked = credit::check_closes(*database_, hasher_, wrong);
    return checked ? Result<std::vector<std::string>>(std::move(wrong)) : Failure{checked.error()};
  }
  Result<std::vector<DeviceState>> devices(const std::string& device) override;
  Result<std::vector<RefusedClaim>> refusals(const RefusalFilter& filter) override;
  Result<std::uint64_t> count_refusals(const RefusalFilter& filter) override;
  Result<std::vector<WaitingBatch>> pending(const std::string& device) override;
  Result<std::vector<Screened>> screened(const std::string& device) override;
  Status held(const HeldFilter& filter, const std::function<Status(const HeldClaim&)>& take) override {
    return read_held(*database_, filter, take);
  }
  Result<std::optional<HeldClaim>> claim(std::int64_t id) override { return read_claim(*database_, id); }
  Result<std::optional<LockState>> lock(const std::string& id) override { return read_lock(*database_, id); }
  Status acts(const std::function<Status(const KeptAct&)>& take) override { return read_acts(*database_, take); }

  RegistryReader& registry() override { return *registry_; }

  Status in_one_snapshot(const std::function<Status()>& reads) override {
    const auto snapshot = sql::Snapshot::begin(*database_);
    return snapshot ? reads() : Status(Failure{snapshot.error()});
  }
  Result<YearSums> year(const Period& period) override {
    const auto snapshot = sql::Snapshot::begin(*database_);
    if (!snapshot) return Failure{snapshot.error()};
    auto years = sum_years(*database_, {period}, hasher_);
    return years ? Result<YearSums>(std::move(years->front())) : Failure{years.error()};
  }
  Status legs(const Period& period, const std::function<Status(const BookedLeg&)>& take) override;
  Status accepted(const Period& period, const std::function<Status(const AcceptedClaim&)>& take) override {
    const auto claim = [&](const sql::Query& row) { return take({row.text(0), row.bytes(1), row.integer(2)}); };
    return for_each(claim, kAccepted, period.begin, period.end);
  }

 private:
  /// Calls `take`, which gives a Status, for every row.
  template <typename Take, typename... Values>
  Status for_each(const Take& take, const std::string& sql, const Values&... values) {
    sql::Statement statement;
    if (Status prepared = statement.prepare(*database_, sql); !prepared) return prepared;
    sql::Scan row(statement, values...);
    while (row.next()) {
      if (Status taken = take(row); !taken) return taken;
    }
    return row.status();
  }
  /// Every row, as `read` makes it.
  template <typename Row, typename Read, typename... Values>
  Result<std::vector<Row>> all(const Read& read, const std::string& sql, const Values&... values) {
    std::vector<Row> rows;
    const auto take = [&](const sql::Query& row) -> Status {
      Row one;
      if (!read(row, one)) return database_->damaged("a chain's id or a certificate is none");
      rows.push_back(std::move(one));
      return Done{};
    };
    if (Status taken = for_each(take, sql, values...); !taken) return Failure{taken.error()};
    return rows;
  }

  const std::unique_ptr<sql::Database> database_;
  const std::unique_ptr<RegistryStore> registry_ = make_registry(*database_);
  const claim::Hasher& hasher_;
};

bool read_device(const sql::Query& row, DeviceState& into) {
  into.device = row.text(0);
  into.first_heard = row.integer(1);
  into.last_heard = row.integer(2);
  into.pending = row.count(8);
  if (row.is_null(3)) return true;
  Standstill& still = into.standstill.emplace();
  still.seq = row.count(4);
  still.reason = static_cast<Reason>(row.integer(5));
  still.since = row.integer(7);
  return row.fixed(3, still.chain) && row.fixed(6, still.certificate);
}

/// A chain, and of its device what is counted by chains.
struct CountedChain {
  std::string device;
  ChainState state;
  std::uint64_t refused = 0;
  std::uint64_t held = 0;
};

bool read_counted(const sql::Query& row, CountedChain& into) {
  into.device = row.text(0);
  into.state.head = row.count(2);
  into.state.state = static_cast<ChainStanding>(row.integer(3));
  into.state.since = row.integer(4);
  into.state.reason = static_cast<Reason>(row.integer(5));
  into.state.held_from = row.count(6);
  into.state.assignment = static_cast<std::uint32_t>(row.integer(7));
  if (!row.is_null(8)) into.state.closed_at = row.count(8);
  into.refused = row.count(9);
  into.held = row.count(10);
  return row.fixed(1, into.state.chain);
}

Result<std::vector<DeviceState>> StoredBooks::devices(const std::string& device) {
  const auto snapshot = sql::Snapshot::begin(*database_);
  if (!snapshot) return Failure{snapshot.error()};
  auto states = all<DeviceState>(read_device, kDevices, device);
  if (!states) return states;
  std::map<std::string, DeviceState*> by_name;
  for (DeviceState& state : *states) by_name.emplace(state.device, &state);
  const auto chains = all<CountedChain>(read_counted, kChains, device);
  if (!chains) return Failure{chains.error()};
  for (const CountedChain& chain : *chains) {
    const auto owner = by_name.find(chain.device);
    if (owner == by_name.end()) continue;
    DeviceState& state = *owner->second;
    state.chains.push_back(chain.state);
    state.refused += chain.refused;
    state.held += chain.held;
    state.accepted += chain.state.head - chain.refused;
  }
  return states;
}

Status StoredBooks::legs(const Period& period, const std::function<Status(const BookedLeg&)>& take) {
  sql::Statement kind_of;
  if (Status prepared = kind_of.prepare(*database_, "SELECT kind FROM accounts WHERE no = ?"); !prepared) return prepared;
  const auto booking = [&](const sql::Query& row) -> Status {
    const auto legs = parse_legs(row.bytes(5));
    if (!legs) return database_->damaged("a booking's legs are none");
    for (const Leg& leg : *legs) {
      sql::Query kind(kind_of, leg.account);
      if (!kind.next()) {
        if (Status read = kind.status(); !read) return read;
        return database_->damaged("a leg is of no account");
      }
      const BookedLeg one{row.integer(0), row.count(1), row.text(2), row.bytes(3), kind.text(0), leg.mg, row.integer(4)};
      if (Status taken = take(one); !taken) return taken;
    }
    return Done{};
  };
  return for_each(booking, kBookings, static_cast<int>(BookingKind::shortfall), period.begin, period.end);
}

Result<std::vector<RefusedClaim>> StoredBooks::refusals(const RefusalFilter& filter) {
  const auto read = [](const sql::Query& row, RefusedClaim& into) {
    into.device = row.text(0);
    into.seq = row.count(2);
    into.reason = static_cast<Reason>(row.integer(3));
    into.since = row.integer(4);
    into.taken = row.integer(6) != 0;
    return row.fixed(1, into.chain) && (row.is_null(5) || row.fixed(5, into.certificate.emplace()));
  };
  const int reason = filter.reason ? static_cast<int>(*filter.reason) : kAnyReason;
  const std::int64_t most = filter.most == 0 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(filter.most);
  return all<RefusedClaim>(read, std::string(kRefusals) + " ORDER BY since DESC, device, chain, place DESC LIMIT ?5",
                           unless_empty(filter.device), reason, filter.since, Digest{}, most);
}

Result<std::uint64_t> StoredBooks::count_refusals(const RefusalFilter& filter) {
  std::uint64_t count = 0;
  const int reason = filter.reason ? static_cast<int>(*filter.reason) : kAnyReason;
  const auto take = [&](const sql::Query& row) -> Status {
    count = row.count(0);
    return Done{};
  };
  Status counted = for_each(take, "SELECT count(*) FROM (" + std::string(kRefusals) + ") AS r", unless_empty(filter.device),
                            reason, filter.since, Digest{});
  if (!counted) return Failure{counted.error()};
  return count;
}

Result<std::vector<WaitingBatch>> StoredBooks::pending(const std::string& device) {
  const auto read = [](const sql::Query& row, WaitingBatch& into) {
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

Result<std::vector<Screened>> StoredBooks::screened(const std::string& device) {
  const auto read = [](const sql::Query& row, Screened& into) {
    into = {std::string(row.text(0)), std::string(row.text(1)), row.integer(2),
            row.integer(3),           std::string(row.text(4)), row.optional(5)};
    return true;
  };
  return all<Screened>(read, kScreened, device);
}

}  // namespace

std::unique_ptr<Books> make_books(std::unique_ptr<sql::Database> database, const claim::Hasher& hasher) {
  return std::make_unique<StoredBooks>(std::move(database), hasher);
}

}  // namespace greentill::credit
