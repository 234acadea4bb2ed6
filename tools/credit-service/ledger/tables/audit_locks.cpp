// SPDX-License-Identifier: Apache-2.0
// Rides of locks: that they are what claims carry, that they go on from one another or that it is known where they do not, and
// that no more of them counts as settled than is.
#include <algorithm>

#include "daemon/verify/lock_statement.hpp"
#include "tools/credit-service/ledger/lock_chains.hpp"
#include "tools/credit-service/ledger/tables/audit.hpp"

namespace greentill::credit {
namespace {

// The bytes with which a message of ours begins, of which few within a claim are not a lock's.
constexpr std::uint8_t kMessage[] = {0xd8, 0x3d, 0xd2, 0x84};

struct Ride {
  std::string lock;
  std::int64_t counter = 0;
  friend bool operator==(const Ride&, const Ride&) = default;
};

struct Noted {
  Digest digest{};
  std::optional<std::int64_t> previous;
  std::int64_t claim = 0;
};

/// The ride that a claim carries, as it would be noted; nothing where it carries none that can be read.
std::optional<std::pair<Ride, Noted>> carried_by(ByteView payload, const claim::Hasher& hasher) {
  const auto claim = claim::parse_payload(payload);
  const auto* reduction = claim ? std::get_if<claim::Reduction>(&claim->entry) : nullptr;
  if (reduction == nullptr || !verify::has_statement(*reduction)) return std::nullopt;
  const auto statement = verify::read_statement(*reduction);
  if (!statement) return std::nullopt;
  return std::pair(Ride{std::string(statement->ride.lock), statement->ride.counter},
                   Noted{hasher.sha256({statement->message.payload}), statement->ride.ride.get(claim::RideKey::previous)});
}

/// It goes through rides and claims row by row, and keeps none.
class LockAudit {
 public:
  LockAudit(sql::Database& database, const claim::Hasher& hasher) : database_(database), hasher_(hasher) {}

  Status run() {
    Status prepared =
        sql::prepare_all(database_, {{ride_, "SELECT digest, previous, claim FROM lock_rides WHERE lock = ? AND counter = ?"},
                                     {fault_, "SELECT 1 FROM lock_faults WHERE lock = ? AND counter BETWEEN ? AND ? LIMIT 1"},
                                     {claim_, "SELECT payload, coalesce(granted, 0) FROM claims WHERE id = ?"}});
    if (!prepared) return prepared;
    if (Status read = check_rides(); !read) return read;
    if (Status read = check_claims(); !read) return read;
    return check_settled();
  }
  void tell(std::vector<std::string>& wrong) const {
    tell_wrong(unnoted_, "claims carry a lock's ride that is not noted, or is another", wrong);
    tell_wrong(unbound_, "rides of locks are bound to a claim that does not carry them", wrong);
    tell_wrong(twice_, "rides of locks are granted twice", wrong);
    tell_wrong(unlinked_, "rides of locks do not go on from one another, and nothing says so", wrong);
    tell_wrong(unfounded_, "claims are held as lock-fork, and nothing contradicts their lock's rides", wrong);
    tell_wrong(open_, "rides of locks are not settled, though their claim is decided", wrong);
    tell_wrong(unsettled_, "locks are told of rides as settled that are not, or not of one that is", wrong);
  }

 private:
  Status check_rides();
  Status check_claims();
  Status check_claim(const sql::Query& row, const Ride& ride, const Noted& carried);
  Status check_settled();

  /// Whether something contradicts the lock's rides from one number to another, lifted or not.
  Result<bool> has_fault(const std::string& lock, std::int64_t first, std::int64_t last) {
    sql::Query row(fault_, lock, first, last);
    const bool found = row.next();
    return row.result(found);
  }
  Result<bool> is_bound(const Ride& ride, std::int64_t claim) {
    sql::Query row(claim_, claim);
    if (!row.next()) return row.result(false);
    const auto carried = carried_by(row.bytes(0), hasher_);
    return carried && carried->first == ride;
  }

  sql::Database& database_;
  const claim::Hasher& hasher_;
  sql::Statement ride_, fault_, claim_;
  std::uint64_t unnoted_ = 0, unbound_ = 0, twice_ = 0, unlinked_ = 0, unfounded_ = 0, open_ = 0, unsettled_ = 0;
};

Status LockAudit::check_rides() {
  sql::Statement rides;
  Status prepared =
      rides.prepare(database_, "SELECT lock, counter, digest, previous, claim FROM lock_rides ORDER BY lock, counter");
  if (!prepared) return prepared;
  Ride before;
  Digest digest{};
  sql::Scan row(rides);
  while (row.next()) {
    const Ride ride{std::string(row.text(0)), row.integer(1)};
    const auto previous = row.optional(3);
    const bool is_next = ride.lock == before.lock && ride.counter == before.counter + 1;
    const bool fits = ride.counter == 1 ? !previous : previous && (!is_next || *previous == link_of(digest));
    if (!fits) {
      const auto known = has_fault(ride.lock, ride.counter - 1, ride.counter);
      if (!known) return Failure{known.error()};
      if (!*known) ++unlinked_;
    }
    if (const auto claim = row.optional(4)) {
      const auto bound = is_bound(ride, *claim);
      if (!bound) return Failure{bound.error()};
      if (!*bound) ++unbound_;
    }
    if (!row.fixed(2, digest)) return database_.damaged("a ride's digest is none");
    before = ride;
  }
  return row.status();
}

Status LockAudit::check_claims() {
  sql::Statement claims;
  Status prepared =
      claims.prepare(database_, "SELECT id, payload, holds & ?1, coalesce(granted, 0) FROM claims WHERE programme IS NOT NULL");
  if (!prepared) return prepared;
  const std::int64_t fork = Holds{Reason::lock_fork}.bits();
  sql::Scan row(claims, fork);
  while (row.next()) {
    const ByteView payload = row.bytes(1);
    if (std::search(payload.begin(), payload.end(), std::begin(kMessage), std::end(kMessage)) == payload.end()) continue;
    const auto carried = carried_by(payload, hasher_);
    if (!carried) continue;
    if (Status checked = check_claim(row, carried->first, carried->second); !checked) return checked;
  }
  return row.status();
}

Status LockAudit::check_claim(const sql::Query& row, const Ride& ride, const Noted& carried) {
  Noted noted;
  sql::Query kept(ride_, ride.lock, ride.counter);
  const bool is_noted = kept.next() && kept.fixed(0, noted.digest);
  noted.previous = is_noted ? kept.optional(1) : std::nullopt;
  noted.claim = is_noted ? kept.optional(2).value_or(0) : 0;
  const auto contradicted = has_fault(ride.lock, ride.counter, ride.counter);
  if (!contradicted) return Failure{contradicted.error()};
  const bool is_same = is_noted && noted.digest == carried.digest && noted.previous == carried.previous;
  if (!is_same && !*contradicted) ++unnoted_;
  if (row.integer(2) != 0) {
    const auto founded = has_fault(ride.lock, 0, ride.counter);
    if (!founded) return Failure{founded.error()};
    if (!*founded) ++unfounded_;
  }
  if (row.integer(3) == 0 || noted.claim == 0 || noted.claim == row.integer(0)) return Done{};
  sql::Query first(claim_, noted.claim);
  if (first.next() && first.integer(1) > 0) ++twice_;
  return first.status();
}

/// Reason 26: dismissed.
Status LockAudit::check_settled() {
  const auto open = database_.integer(
      "SELECT count(*) FROM lock_rides r CROSS JOIN claims c ON c.id = r.claim WHERE r.settled = 0 AND (c.reason = 26 OR "
      "(c.reason = 0 AND c.holds = 0))");
  if (!open) return Failure{open.error()};
  open_ = static_cast<std::uint64_t>(*open);
  const auto locks = database_.integer(
      "SELECT count(*) FROM locks l WHERE counter > (SELECT coalesce(max(counter), 0) FROM lock_rides WHERE lock = l.id) OR "
      "EXISTS "
      "(SELECT 1 FROM lock_rides WHERE lock = l.id AND counter <= l.counter AND settled = 0) OR EXISTS (SELECT 1 FROM lock_rides "
      "WHERE lock = l.id AND counter = l.counter + 1 AND settled <> 0)");
  if (!locks) return Failure{locks.error()};
  const auto strangers = database_.integer("SELECT count(*) FROM lock_rides WHERE lock NOT IN (SELECT id FROM locks)");
  if (!strangers) return Failure{strangers.error()};
  unsettled_ = static_cast<std::uint64_t>(*locks + *strangers);
  return Done{};
}

}  // namespace

Status check_locks(sql::Database& database, const claim::Hasher& hasher, std::vector<std::string>& wrong) {
  LockAudit audit(database, hasher);
  Status run = audit.run();
  audit.tell(wrong);
  return run;
}

}  // namespace greentill::credit
