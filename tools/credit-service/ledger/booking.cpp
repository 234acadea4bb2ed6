// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/booking.hpp"

#include <algorithm>
#include <set>
#include <variant>

#include "daemon/measure/quantify.hpp"

namespace greentill::credit {
namespace {

// That wait under one nullifier, and that take back parts of one claim: each new one reads all of them, under the lock.
constexpr std::int64_t kMostReversals = 64;

/// What is left of the quantities. Never below zero: who takes back more than was claimed does not owe it.
void subtract(claim::Quantities& from, const claim::Quantities& taken) {
  for (const claim::Quantity& back : taken) {
    for (claim::Quantity& quantity : from) {
      if (quantity.unit == back.unit) quantity.value = back.value >= quantity.value ? 0 : quantity.value - back.value;
    }
  }
}

}  // namespace

Result<std::unique_ptr<Booking>> Booking::open(Database& database, const Programme& current, const measure::Library& library,
                                               const claim::Hasher& hasher) {
  auto booking = std::unique_ptr<Booking>(new Booking(library));
  auto programmes = Programmes::open(database, current, hasher);
  if (!programmes) return Failure{programmes.error()};
  booking->programmes_ = std::move(*programmes);
  auto accounts = Accounts::open(database);
  if (!accounts) return Failure{accounts.error()};
  booking->accounts_ = std::move(*accounts);
  if (Status prepared = booking->prepare(database); !prepared) return Failure{prepared.error()};
  return booking;
}

Status Booking::prepare(Database& database) {
  return database.prepare(
      {{&find_claim_, "SELECT reason, granted, customer, programme, payload FROM claims WHERE id = ?"},
       {&add_claim_,
        "INSERT INTO claims(reason, refused_at, granted, customer, programme, id, payload) VALUES(?, ?, ?, ?, ?, ?, ?)"},
       {&change_claim_, "UPDATE claims SET reason = ?, refused_at = ?, granted = ?, customer = ?, programme = ? WHERE id = ?"},
       {&refused_since_,
        "SELECT id, reason FROM claims WHERE id >> 40 = ? AND refused_at >= ? AND +id <= ? ORDER BY refused_at DESC, id DESC "
        "LIMIT ?"},
       {&refused_behind_, "SELECT id, reason FROM claims WHERE id >> 40 = ? AND refused_at IS NOT NULL AND +id > ? LIMIT ?"},
       {&name_refused_, "UPDATE claims SET refused_at = 9223372036854775807 WHERE refused_at IS NOT NULL AND reason = ?"},
       {&find_nullifier_, "SELECT claim FROM nullifiers WHERE mac = ?"},
       {&add_nullifier_, "INSERT INTO nullifiers VALUES(?, ?)"},
       {&drop_nullifier_, "DELETE FROM nullifiers WHERE mac = ? AND claim = ?"},
       {&add_reversal_, "INSERT OR IGNORE INTO reversals VALUES(?, ?, NULL)"},
       {&waiting_reversals_,
        "SELECT r.claim, c.payload FROM reversals r JOIN claims c ON c.id = r.claim WHERE mac = ? AND target IS NULL ORDER BY 1"},
       {&count_reversals_, "SELECT count(*) FROM (SELECT 1 FROM reversals WHERE mac = ? AND target IS ? LIMIT ?)"},
       {&bind_reversal_, "UPDATE reversals SET target = ? WHERE mac = ? AND claim = ?"},
       {&bound_reversals_,
        "SELECT r.claim, c.payload FROM reversals r JOIN claims c ON c.id = r.claim WHERE mac = ? AND target = ? ORDER BY 1"}});
}

Result<std::optional<StoredClaim>> Booking::load(std::int64_t row) {
  std::optional<StoredClaim> stored;
  if (find_claim_->with(row).row()) {
    const auto optional = [this](int column) {
      return find_claim_->null(column) ? std::nullopt : std::optional(find_claim_->integer(column));
    };
    const ByteView payload = find_claim_->bytes(4);
    stored = StoredClaim{
        static_cast<Reason>(find_claim_->integer(0)), optional(1), optional(2), optional(3), {payload.begin(), payload.end()}};
  }
  if (Status ok = find_claim_->ok(); !ok) return Failure{ok.error()};
  return stored;
}

Result<Refusals> Booking::refused_since(const Head& head, std::int64_t since, std::size_t most) {
  return read_refusals(refused_since_->with(head.row, since, head.claim_row(head.seq), most));
}

Result<Refusals> Booking::refused_behind(const Head& head, std::uint64_t seq, std::size_t most) {
  return read_refusals(refused_behind_->with(head.row, head.claim_row(seq), most));
}

Result<Refusals> Booking::read_refusals(Statement& rows) {
  Refusals refused;
  while (rows.row()) refused.emplace(Head::seq_of(rows.integer(0)), static_cast<Reason>(rows.integer(1)));
  if (Status ok = rows.ok(); !ok) return Failure{ok.error()};
  return refused;
}

Status Booking::name_refused_until_tried() {
  for (std::size_t code = 0; code < kReasonCount; ++code) {
    if (!is_retryable(static_cast<Reason>(code))) continue;
    if (Status named = name_refused_->with(static_cast<std::int64_t>(code)).done(); !named) return named;
  }
  return Done{};
}

Status Booking::book(const BatchClaim& claim, std::int64_t row, Reason reason, std::int64_t now, bool again) {
  StoredClaim into;
  const auto* reduction = claim.claim ? std::get_if<claim::Reduction>(&claim.claim->entry) : nullptr;
  const auto* reversal = claim.claim ? std::get_if<claim::Reversal>(&claim.claim->entry) : nullptr;
  if (reason == Reason::none && reduction != nullptr) {
    const auto booked = book_reduction(claim, *reduction, row, into);
    if (!booked) return Failure{booked.error()};
    reason = *booked;
  }
  if (reason == Reason::none && reversal != nullptr) {
    const auto admitted = admit(*reversal);
    if (!admitted) return Failure{admitted.error()};
    reason = *admitted;
  }
  const auto code = static_cast<std::int64_t>(reason);
  const auto refused_at = reason == Reason::none ? std::nullopt : std::optional(now);
  const Status kept =
      again ? change_claim_->with(code, refused_at, into.granted, into.customer, into.programme, row).done()
            : add_claim_->with(code, refused_at, into.granted, into.customer, into.programme, row, claim.message.payload).done();
  if (!kept || reason != Reason::none) return kept;
  if (reversal != nullptr) return book_reversal(*reversal, row);
  return reduction == nullptr ? Status(Done{}) : settle(row);
}

Result<Reason> Booking::book_reduction(const BatchClaim& claim, const claim::Reduction& reduction, std::int64_t row,
                                       StoredClaim& into) {
  const bool taken = find_nullifier_->with(reduction.nullifier.mac).row();
  if (Status ok = find_nullifier_->ok(); !ok) return Failure{ok.error()};
  if (taken) return Reason::duplicate;
  const auto customer = accounts_->customer(reduction.attribution, claim.message.account);
  if (!customer) return Failure{customer.error()};
  const Programme& programme = programmes_->current();
  const Rule* rule = programme.rule_for(reduction.activity);
  Result<std::int64_t> granted = std::int64_t{0};
  if (rule != nullptr) {
    granted = accounts_->within_limits(*customer, programme, *rule, reduction.end, rule->grant(reduction.credited_mg));
  }
  if (!granted) return Failure{granted.error()};
  if (Status added = add_nullifier_->with(reduction.nullifier.mac, row).done(); !added) return Failure{added.error()};
  if (Status booked = accounts_->book(row, programme, *customer, claim.claim->merchant, 0, *granted); !booked)
    return Failure{booked.error()};
  into.granted = *granted;
  into.customer = *customer;
  into.programme = programmes_->current_id();
  return Reason::none;
}

Result<Reason> Booking::admit(const claim::Reversal& reversal) {
  std::optional<std::int64_t> target;
  if (find_nullifier_->with(reversal.nullifier).row()) target = find_nullifier_->integer(0);
  if (Status ok = find_nullifier_->ok(); !ok) return Failure{ok.error()};
  if (target) {
    const auto stored = load(*target);
    if (!stored) return Failure{stored.error()};
    if (!*stored) return fail(ErrorCode::corrupt, "ledger: the claim of a nullifier is missing");
    const auto claim = claim::parse_payload((*stored)->payload);
    const auto* reduction = claim ? std::get_if<claim::Reduction>(&claim->entry) : nullptr;
    if (reduction == nullptr) return fail(ErrorCode::corrupt, "ledger: a stored claim does not parse");
    if (reversal.claim && *reversal.claim != claim->id) {
      target.reset();
    } else if (reversal.taken_back.empty()) {
      return Reason::none;  // the last of its claim, and no arithmetic
    } else if (methodology_of(*reduction) == nullptr) {
      return Reason::unknown_methodology;  // a worker that has it books it
    }
  }
  return has_room(reversal.nullifier, target);
}

Result<Reason> Booking::has_room(const Digest& mac, std::optional<std::int64_t> target) {
  if (!count_reversals_->with(mac, target, kMostReversals).row()) {
    const Status ok = count_reversals_->ok();
    return ok ? fail(ErrorCode::io, "ledger: reversals cannot be counted") : Failure{ok.error()};
  }
  return count_reversals_->integer(0) < kMostReversals ? Reason::none : Reason::too_many_reversals;
}

Status Booking::book_reversal(const claim::Reversal& reversal, std::int64_t row) {
  if (Status added = add_reversal_->with(reversal.nullifier, row).done(); !added) return added;
  std::optional<std::int64_t> target;
  if (find_nullifier_->with(reversal.nullifier).row()) target = find_nullifier_->integer(0);
  if (Status ok = find_nullifier_->ok(); !ok) return ok;
  return target ? settle(*target) : Status(Done{});
}

/// Binds the reversals that wait for this claim, and books what is left of it.
Status Booking::settle(std::int64_t row) {
  const auto stored = load(row);
  if (!stored) return Failure{stored.error()};
  if (!*stored || !(*stored)->granted || !(*stored)->customer || !(*stored)->programme) return Done{};
  const auto claim = claim::parse_payload((*stored)->payload);
  const auto* reduction = claim ? std::get_if<claim::Reduction>(&claim->entry) : nullptr;
  if (reduction == nullptr) return fail(ErrorCode::corrupt, "ledger: a stored claim does not parse");
  const auto bound = bind_waiting(row, *claim, reduction->nullifier.mac);
  if (!bound) return Failure{bound.error()};
  return *bound ? reduce(row, **stored, *claim) : Status(Done{});
}

/// Whether there was one to bind.
Result<bool> Booking::bind_waiting(std::int64_t row, const claim::Claim& claim, const Digest& mac) {
  std::vector<std::int64_t> mine;
  const Status visited = visit_reversals(waiting_reversals_->with(mac),
                                         [&](std::int64_t reversal_row, const claim::ClaimId&, const claim::Reversal& reversal) {
                                           if (!reversal.claim || *reversal.claim == claim.id) mine.push_back(reversal_row);
                                           return Status(Done{});
                                         });
  if (!visited) return Failure{visited.error()};
  for (const std::int64_t reversal_row : mine) {
    if (Status set = bind_reversal_->with(row, mac, reversal_row).done(); !set) return Failure{set.error()};
  }
  return !mine.empty();
}

/// What stays booked is the method applied to the original quantities less all that was taken back, never more than stands now.
Status Booking::reduce(std::int64_t row, const StoredClaim& stored, const claim::Claim& claim) {
  const auto& reduction = std::get<claim::Reduction>(claim.entry);
  const auto programme = programmes_->find(*stored.programme);
  if (!programme) return Failure{programme.error()};
  claim::Quantities left = reduction.quantities;
  bool all = false;
  std::set<claim::ClaimId> counted;
  const Status visited = visit_reversals(bound_reversals_->with(reduction.nullifier.mac, row),
                                         [&](std::int64_t, const claim::ClaimId& id, const claim::Reversal& reversal) {
                                           all = all || reversal.taken_back.empty();
                                           if (counted.insert(id).second) subtract(left, reversal.taken_back);
                                           return Status(Done{});
                                         });
  if (!visited) return visited;
  const std::int64_t stands = all ? 0 : std::min(*stored.granted, grant_of(**programme, reduction, left));
  const std::int64_t customer = *stored.customer;
  if (Status booked = accounts_->book(row, **programme, customer, claim.merchant, *stored.granted, stands); !booked)
    return booked;
  if (const Rule* rule = (*programme)->rule_for(reduction.activity); rule != nullptr) {
    const Status back = accounts_->give_back(customer, **programme, *rule, reduction.end, *stored.granted - stands);
    if (!back) return back;
  }
  if (all) {
    if (Status freed = drop_nullifier_->with(reduction.nullifier.mac, row).done(); !freed) return freed;
  }
  const std::optional<std::int64_t> not_refused;
  return change_claim_->with(static_cast<std::int64_t>(Reason::none), not_refused, stands, customer, *stored.programme, row)
      .done();
}

Status Booking::visit_reversals(Statement& rows, const ReversalVisitor& visit) {
  while (rows.row()) {
    const auto claim = claim::parse_payload(rows.bytes(1));
    const auto* reversal = claim ? std::get_if<claim::Reversal>(&claim->entry) : nullptr;
    if (reversal == nullptr) return fail(ErrorCode::corrupt, "ledger: a stored reversal does not parse");
    if (Status visited = visit(rows.integer(0), claim->id, *reversal); !visited) return visited;
  }
  return rows.ok();
}

const measure::Methodology* Booking::methodology_of(const claim::Reduction& reduction) const {
  const claim::MethodologyRef& named = reduction.methodology;
  return library_.find(named.id, named.version, named.sha256);
}

std::int64_t Booking::grant_of(const Programme& programme, const claim::Reduction& reduction,
                               const claim::Quantities& left) const {
  const measure::Methodology* methodology = methodology_of(reduction);
  const Rule* rule = programme.rule_for(reduction.activity);
  if (methodology == nullptr || rule == nullptr) return 0;
  const auto amounts = measure::quantify(*methodology, left, reduction.begin, reduction.end);
  return amounts ? rule->grant(amounts->credited_mg) : 0;
}

}  // namespace greentill::credit
