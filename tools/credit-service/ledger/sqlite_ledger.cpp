// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <variant>

#include "daemon/base/hex.hpp"
#include "daemon/measure/quantify.hpp"
#include "tools/credit-service/ledger/accounts.hpp"
#include "tools/credit-service/ledger/ledger.hpp"
#include "tools/credit-service/ledger/schema.hpp"

namespace greentill::credit {
namespace {

constexpr int kSeqBits = 40;
constexpr std::int64_t kMaxPendingBatches = 64;

struct Head {
  std::int64_t row = 0;
  std::uint64_t seq = 0;
  Digest hash{};
  [[nodiscard]] std::int64_t claim_row(std::uint64_t of_seq) const {
    return (row << kSeqBits) | static_cast<std::int64_t>(of_seq);
  }
};

Digest to_digest(ByteView bytes) {
  Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

Reason to_reason(std::int64_t stored) { return static_cast<Reason>(stored); }

struct StoredClaim {
  Reason reason = Reason::none;
  std::optional<std::int64_t> granted;
  std::optional<std::int64_t> customer;
  std::vector<std::uint8_t> payload;
};

class SqliteLedger : public Ledger {
 public:
  SqliteLedger(std::unique_ptr<Database> database, const Programme& programme, const measure::Library& library,
               const claim::Hasher& hasher, Clock& clock, Log& log)
      : database_(std::move(database)), programme_(programme), library_(library), hasher_(hasher), clock_(clock), log_(log) {}

  Status prepare();
  Status choose(const Batch& batch, std::vector<std::size_t>& to_examine) override;
  Result<Answer> apply(const Batch& batch) override;
  Result<Batch> next_pending(const std::string& device, const claim::ChainId& chain) override;
  Result<Report> report() override;
  Result<std::vector<std::string>> check() override;
  Status begin_epoch() override { return database_->run("UPDATE meta SET epoch = epoch + 1"); }

 private:
  using Query = std::unique_ptr<Statement>;

  Result<std::optional<Head>> find_head(const Batch& batch);
  Result<Head> open_head(const Batch& batch);
  Result<std::optional<StoredClaim>> load(std::int64_t row);
  Result<bool> quarantined(const std::string& device);
  Status quarantine(const Batch& batch, std::uint64_t seq);
  Status process(const Batch& batch, Head& head);
  Status revisit(const Batch& batch, const BatchClaim& claim, const Head& head);
  Status take_next(const Batch& batch, const BatchClaim& claim, Head& head);
  Status keep_pending(const Batch& batch, const Head& head);
  Result<Reason> decide(const Batch& batch, const BatchClaim& claim);
  Status book(const BatchClaim& claim, std::int64_t row, Reason reason, bool again);
  Result<Reason> book_reduction(const BatchClaim& claim, const claim::Reduction& reduction, std::int64_t row, StoredClaim& into);
  Status book_reversal(const claim::Reversal& reversal, std::int64_t row);
  Status settle(std::int64_t claim_row);
  Result<std::int64_t> after_reversals(std::int64_t claim_row, const claim::Reduction& reduction, std::int64_t granted,
                                       bool& all);
  Result<Answer> answer(const Batch& batch, const Head& head);
  Result<std::int64_t> number(const char* sql);

  std::unique_ptr<Database> database_;
  std::unique_ptr<Accounts> accounts_;
  const Programme& programme_;
  const measure::Library& library_;
  const claim::Hasher& hasher_;
  Clock& clock_;
  Log& log_;
  Query find_chain_, add_chain_, move_head_, find_claim_, add_claim_, change_claim_, find_nullifier_, add_nullifier_,
      drop_nullifier_, add_reversal_, waiting_reversals_, bind_reversal_, bound_reversals_, find_quarantine_, add_quarantine_,
      find_pending_, add_pending_, count_pending_, drop_pending_, find_epoch_;
};

Status SqliteLedger::prepare() {
  if (Status migrated = migrate(*database_); !migrated) return migrated;
  const std::pair<Query*, const char*> statements[] = {
      {&find_chain_, "SELECT id, seq, hash FROM chains WHERE device = ? AND chain = ?"},
      {&add_chain_, "INSERT INTO chains(device, chain, hash) VALUES(?, ?, zeroblob(32))"},
      {&move_head_, "UPDATE chains SET seq = ?, hash = ? WHERE id = ?"},
      {&find_claim_, "SELECT reason, granted, customer, payload FROM claims WHERE id = ?"},
      {&add_claim_, "INSERT INTO claims VALUES(?, ?, ?, ?, ?)"},
      {&change_claim_, "UPDATE claims SET reason = ?, granted = ?, customer = ? WHERE id = ?"},
      {&find_nullifier_, "SELECT claim FROM nullifiers WHERE mac = ?"},
      {&add_nullifier_, "INSERT INTO nullifiers VALUES(?, ?)"},
      {&drop_nullifier_, "DELETE FROM nullifiers WHERE mac = ? AND claim = ?"},
      {&add_reversal_, "INSERT OR IGNORE INTO reversals VALUES(?, ?, NULL)"},
      {&waiting_reversals_, "SELECT claim FROM reversals WHERE mac = ? AND target IS NULL ORDER BY claim"},
      {&bind_reversal_, "UPDATE reversals SET target = ? WHERE mac = ? AND claim = ?"},
      {&bound_reversals_, "SELECT claim FROM reversals WHERE mac = ? AND target = ? ORDER BY claim"},
      {&find_quarantine_, "SELECT 1 FROM quarantine WHERE device = ?"},
      {&add_quarantine_, "INSERT OR IGNORE INTO quarantine VALUES(?, ?, ?)"},
      {&find_pending_,
       "SELECT id, correlation, bytes FROM pending WHERE device = ? AND chain = ? AND first <= ? ORDER BY first LIMIT 1"},
      {&add_pending_, "INSERT OR IGNORE INTO pending(device, chain, first, digest, correlation, bytes) VALUES(?, ?, ?, ?, ?, ?)"},
      {&count_pending_, "SELECT count(*) FROM pending WHERE device = ? AND chain = ?"},
      {&drop_pending_, "DELETE FROM pending WHERE id = ?"},
      {&find_epoch_, "SELECT epoch FROM meta"},
  };
  for (const auto& [into, sql] : statements) {
    auto prepared = database_->prepare(sql);
    if (!prepared) return Failure{prepared.error()};
    *into = std::move(*prepared);
  }
  auto accounts = Accounts::open(*database_, programme_);
  if (!accounts) return Failure{accounts.error()};
  accounts_ = std::move(*accounts);
  return Done{};
}

Result<std::optional<Head>> SqliteLedger::find_head(const Batch& batch) {
  std::optional<Head> head;
  if (find_chain_->with(std::string_view(batch.device), batch.chain).row()) {
    head = Head{find_chain_->integer(0), static_cast<std::uint64_t>(find_chain_->integer(1)), to_digest(find_chain_->bytes(2))};
  }
  if (Status ok = find_chain_->ok(); !ok) return Failure{ok.error()};
  return head;
}

Result<Head> SqliteLedger::open_head(const Batch& batch) {
  const auto found = find_head(batch);
  if (!found) return Failure{found.error()};
  if (*found) return **found;
  if (Status added = add_chain_->with(std::string_view(batch.device), batch.chain).done(); !added) return Failure{added.error()};
  return Head{database_->last_row(), 0, {}};
}

Result<std::optional<StoredClaim>> SqliteLedger::load(std::int64_t row) {
  std::optional<StoredClaim> stored;
  if (find_claim_->with(row).row()) {
    stored.emplace();
    stored->reason = to_reason(find_claim_->integer(0));
    if (!find_claim_->null(1)) stored->granted = find_claim_->integer(1);
    if (!find_claim_->null(2)) stored->customer = find_claim_->integer(2);
    const ByteView payload = find_claim_->bytes(3);
    stored->payload.assign(payload.begin(), payload.end());
  }
  if (Status ok = find_claim_->ok(); !ok) return Failure{ok.error()};
  return stored;
}

Result<bool> SqliteLedger::quarantined(const std::string& device) {
  const bool found = find_quarantine_->with(std::string_view(device)).row();
  if (Status ok = find_quarantine_->ok(); !ok) return Failure{ok.error()};
  return found;
}

Status SqliteLedger::choose(const Batch& batch, std::vector<std::size_t>& to_examine) {
  const Reading reading(*database_);
  const auto head = find_head(batch);
  if (!head) return Failure{head.error()};
  for (std::size_t i = 0; i < batch.claims.size(); ++i) {
    const BatchClaim& claim = batch.claims[i];
    if (*head && claim.link.seq <= (*head)->seq) {
      const auto stored = load((*head)->claim_row(claim.link.seq));
      if (!stored) return Failure{stored.error()};
      const bool same = *stored && hasher_.sha256({(*stored)->payload}) == claim.payload_hash;
      if (same && !is_retryable((*stored)->reason)) continue;
    }
    to_examine.push_back(i);
  }
  return Done{};
}

Result<Answer> SqliteLedger::apply(const Batch& batch) {
  accounts_->forget();
  Transaction transaction(*database_);
  if (Status begun = transaction.begin(); !begun) return Failure{begun.error()};
  auto head = open_head(batch);
  if (!head) return Failure{head.error()};
  if (Status processed = process(batch, *head); !processed) return Failure{processed.error()};
  if (batch.pending) {
    if (Status dropped = drop_pending_->with(*batch.pending).done(); !dropped) return Failure{dropped.error()};
  }
  auto made = answer(batch, *head);
  if (!made) return made;
  if (Status committed = transaction.commit(); !committed) return Failure{committed.error()};
  return made;
}

Status SqliteLedger::process(const Batch& batch, Head& head) {
  const std::uint64_t before = head.seq;
  for (const BatchClaim& claim : batch.claims) {
    Status done = Done{};
    if (claim.link.seq <= head.seq) {
      done = revisit(batch, claim, head);
    } else if (claim.link.seq > head.seq + 1) {
      done = keep_pending(batch, head);
      if (!done) return done;
      break;
    } else if (claim.link.prev != head.hash) {
      // An authentic claim that continues another past than the one stored: the device was cloned or set back.
      if (claim.authentic) done = quarantine(batch, claim.link.seq);
      if (!done) return done;
      break;
    } else if (!claim.attested) {
      break;
    } else {
      done = take_next(batch, claim, head);
    }
    if (!done) return done;
  }
  return head.seq == before ? Status(Done{}) : move_head_->with(head.seq, head.hash, head.row).done();
}

Status SqliteLedger::revisit(const Batch& batch, const BatchClaim& claim, const Head& head) {
  const std::int64_t row = head.claim_row(claim.link.seq);
  const auto stored = load(row);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return fail(ErrorCode::corrupt, "ledger: claim " + std::to_string(claim.link.seq) + " below the head is missing");
  if (hasher_.sha256({(*stored)->payload}) != claim.payload_hash) {
    return claim.authentic ? quarantine(batch, claim.link.seq) : Status(Done{});
  }
  if (!is_retryable((*stored)->reason) || !claim.authentic) return Done{};
  const auto reason = decide(batch, claim);
  if (!reason) return Failure{reason.error()};
  return book(claim, row, *reason, true);
}

Status SqliteLedger::take_next(const Batch& batch, const BatchClaim& claim, Head& head) {
  const auto reason = decide(batch, claim);
  if (!reason) return Failure{reason.error()};
  if (Status booked = book(claim, head.claim_row(claim.link.seq), *reason, false); !booked) return booked;
  head.seq = claim.link.seq;
  head.hash = claim.payload_hash;
  return Done{};
}

Result<Reason> SqliteLedger::decide(const Batch& batch, const BatchClaim& claim) {
  const auto held = quarantined(batch.device);
  if (!held) return Failure{held.error()};
  if (*held) return Reason::quarantined;
  if (claim.reason != Reason::none || !claim.claim) return claim.reason == Reason::none ? Reason::malformed : claim.reason;
  const bool start = std::holds_alternative<claim::Start>(claim.claim->entry);
  return start == (claim.link.seq == 1) ? Reason::none : Reason::malformed;
}

Status SqliteLedger::book(const BatchClaim& claim, std::int64_t row, Reason reason, bool again) {
  StoredClaim into;
  const auto* reduction = claim.claim ? std::get_if<claim::Reduction>(&claim.claim->entry) : nullptr;
  const auto* reversal = claim.claim ? std::get_if<claim::Reversal>(&claim.claim->entry) : nullptr;
  if (reason == Reason::none && reduction != nullptr) {
    const auto booked = book_reduction(claim, *reduction, row, into);
    if (!booked) return Failure{booked.error()};
    reason = *booked;
  }
  const auto code = static_cast<std::int64_t>(reason);
  const Status kept = again ? change_claim_->with(code, into.granted, into.customer, row).done()
                            : add_claim_->with(row, code, into.granted, into.customer, claim.message.payload).done();
  if (!kept || reason != Reason::none) return kept;
  if (reversal != nullptr) return book_reversal(*reversal, row);
  return reduction == nullptr ? Status(Done{}) : settle(row);
}

Result<Reason> SqliteLedger::book_reduction(const BatchClaim& claim, const claim::Reduction& reduction, std::int64_t row,
                                            StoredClaim& into) {
  const bool taken = find_nullifier_->with(reduction.nullifier.mac).row();
  if (Status ok = find_nullifier_->ok(); !ok) return Failure{ok.error()};
  if (taken) return Reason::duplicate;
  const auto customer = accounts_->customer(reduction.attribution, claim.message.account);
  if (!customer) return Failure{customer.error()};
  const Rule* rule = programme_.rule_for(reduction.activity);
  Result<std::int64_t> granted = std::int64_t{0};
  if (rule != nullptr) granted = accounts_->within_limits(*customer, *rule, reduction.end, rule->grant(reduction.credited_mg));
  if (!granted) return Failure{granted.error()};
  if (Status added = add_nullifier_->with(reduction.nullifier.mac, row).done(); !added) return Failure{added.error()};
  if (Status booked = accounts_->book(row, *customer, claim.claim->merchant, 0, *granted); !booked)
    return Failure{booked.error()};
  into.granted = *granted;
  into.customer = *customer;
  return Reason::none;
}

Status SqliteLedger::book_reversal(const claim::Reversal& reversal, std::int64_t row) {
  if (Status added = add_reversal_->with(reversal.nullifier, row).done(); !added) return added;
  std::optional<std::int64_t> target;
  if (find_nullifier_->with(reversal.nullifier).row()) target = find_nullifier_->integer(0);
  if (Status ok = find_nullifier_->ok(); !ok) return ok;
  return target ? settle(*target) : Status(Done{});
}

/// Binds the reversals that wait for this claim, and books what is left of it.
Status SqliteLedger::settle(std::int64_t claim_row) {
  const auto stored = load(claim_row);
  if (!stored) return Failure{stored.error()};
  if (!*stored || !(*stored)->granted || !(*stored)->customer) return Done{};
  const auto parsed = claim::parse_payload((*stored)->payload);
  if (!parsed) return fail(ErrorCode::corrupt, "ledger: a stored claim does not parse");
  const auto& reduction = std::get<claim::Reduction>(parsed->entry);
  const Digest& mac = reduction.nullifier.mac;

  std::vector<std::int64_t> waiting;
  for (waiting_reversals_->with(mac); waiting_reversals_->row();) waiting.push_back(waiting_reversals_->integer(0));
  if (Status ok = waiting_reversals_->ok(); !ok) return ok;
  bool bound = false;
  for (const std::int64_t row : waiting) {
    const auto other = load(row);
    if (!other) return Failure{other.error()};
    const auto its = claim::parse_payload((*other)->payload);
    if (!its) return fail(ErrorCode::corrupt, "ledger: a stored reversal does not parse");
    const auto& reversal = std::get<claim::Reversal>(its->entry);
    if (reversal.claim && *reversal.claim != parsed->id) continue;
    if (Status set = bind_reversal_->with(claim_row, mac, row).done(); !set) return set;
    bound = true;
  }
  if (!bound) return Done{};

  bool all = false;
  const auto left = after_reversals(claim_row, reduction, *(*stored)->granted, all);
  if (!left) return Failure{left.error()};
  if (Status booked = accounts_->book(claim_row, *(*stored)->customer, parsed->merchant, *(*stored)->granted, *left); !booked)
    return booked;
  if (all) {
    if (Status freed = drop_nullifier_->with(mac, claim_row).done(); !freed) return freed;
  }
  return change_claim_->with(static_cast<std::int64_t>(Reason::none), *left, *(*stored)->customer, claim_row).done();
}

/// The method applied to the original quantities less all that was taken back, never more than is booked now.
Result<std::int64_t> SqliteLedger::after_reversals(std::int64_t claim_row, const claim::Reduction& reduction,
                                                   std::int64_t granted, bool& all) {
  std::vector<std::int64_t> rows;
  for (bound_reversals_->with(reduction.nullifier.mac, claim_row); bound_reversals_->row();)
    rows.push_back(bound_reversals_->integer(0));
  if (Status ok = bound_reversals_->ok(); !ok) return Failure{ok.error()};
  claim::Quantities left = reduction.quantities;
  for (const std::int64_t row : rows) {
    const auto stored = load(row);
    if (!stored) return Failure{stored.error()};
    const auto parsed = claim::parse_payload((*stored)->payload);
    if (!parsed) return fail(ErrorCode::corrupt, "ledger: a stored reversal does not parse");
    const auto& reversal = std::get<claim::Reversal>(parsed->entry);
    all = all || reversal.taken_back.empty();
    for (const claim::Quantity& back : reversal.taken_back) {
      for (claim::Quantity& quantity : left) {
        if (quantity.unit == back.unit) quantity.value = back.value >= quantity.value ? 0 : quantity.value - back.value;
      }
    }
  }
  if (all) return 0;
  const measure::Methodology* methodology =
      library_.find(reduction.methodology.id, reduction.methodology.version, reduction.methodology.sha256);
  const Rule* rule = programme_.rule_for(reduction.activity);
  if (methodology == nullptr || rule == nullptr) return 0;
  const auto amounts = measure::quantify(*methodology, left, reduction.begin, reduction.end);
  return amounts ? std::min(granted, rule->grant(amounts->credited_mg)) : 0;
}

Status SqliteLedger::quarantine(const Batch& batch, std::uint64_t seq) {
  const std::string cause =
      "two claims of chain " + to_hex(batch.chain) + " at seq " + std::to_string(seq) + ": cloned, or set back";
  log_.write(LogLevel::error, "ledger", batch.device + " is quarantined: " + cause);
  return add_quarantine_->with(std::string_view(batch.device), clock_.unix_seconds(), std::string_view(cause)).done();
}

Status SqliteLedger::keep_pending(const Batch& batch, const Head&) {
  const bool authentic =
      std::any_of(batch.claims.begin(), batch.claims.end(), [](const BatchClaim& claim) { return claim.authentic; });
  if (!authentic) return Done{};
  if (!count_pending_->with(std::string_view(batch.device), batch.chain).row()) return count_pending_->ok();
  // Beyond this the device sends again by itself.
  if (count_pending_->integer(0) >= kMaxPendingBatches) return Done{};
  std::uint64_t first = batch.claims.front().link.seq;
  for (const BatchClaim& claim : batch.claims) first = std::min(first, claim.link.seq);
  const Digest digest = hasher_.sha256({*batch.bytes});
  return add_pending_
      ->with(std::string_view(batch.device), batch.chain, first, digest, ByteView(batch.correlation), ByteView(*batch.bytes))
      .done();
}

Result<Batch> SqliteLedger::next_pending(const std::string& device, const claim::ChainId& chain) {
  const Reading reading(*database_);
  Batch key;
  key.device = device;
  key.chain = chain;
  const auto head = find_head(key);
  if (!head) return Failure{head.error()};
  if (!*head || !find_pending_->with(std::string_view(device), chain, (*head)->seq + 1).row()) {
    if (Status ok = find_pending_->ok(); !ok) return Failure{ok.error()};
    return Batch{};
  }
  const std::int64_t row = find_pending_->integer(0);
  const ByteView correlation = find_pending_->bytes(1);
  const ByteView bytes = find_pending_->bytes(2);
  std::string trouble;
  auto batches = read_batches(device, {bytes.begin(), bytes.end()}, {correlation.begin(), correlation.end()}, hasher_, trouble);
  if (Status ended = find_pending_->done(); !ended) return Failure{ended.error()};
  for (Batch& batch : batches) {
    if (batch.chain != chain) continue;
    batch.pending = row;
    return std::move(batch);
  }
  return fail(ErrorCode::corrupt, "ledger: a batch kept aside does not parse: " + trouble);
}

Result<Answer> SqliteLedger::answer(const Batch& batch, const Head& head) {
  Answer out;
  out.fields.device = batch.device;
  out.fields.chain = batch.chain;
  out.fields.processed_up_to = head.seq;
  out.fields.payload_hash = head.hash;
  out.fields.service_time = clock_.unix_seconds();
  const auto epoch = number("SELECT epoch FROM meta");
  if (!epoch) return Failure{epoch.error()};
  out.fields.epoch = static_cast<std::uint64_t>(*epoch);
  std::uint64_t last = 0;
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq > head.seq || claim.link.seq <= last) continue;
    last = claim.link.seq;
    if (!find_claim_->with(head.claim_row(last)).row()) continue;
    const Reason reason = to_reason(find_claim_->integer(0));
    if (reason != Reason::none) {
      out.refused.push_back({last, to_string(reason), is_retryable(reason)});
    } else if (!find_claim_->null(1)) {
      out.granted.push_back({last, find_claim_->integer(1)});
    }
  }
  if (Status ok = find_claim_->ok(); !ok) return Failure{ok.error()};
  return out;
}

Result<std::int64_t> SqliteLedger::number(const char* sql) {
  auto statement = database_->prepare(sql);
  if (!statement) return Failure{statement.error()};
  if (!(*statement)->with().row()) return fail(ErrorCode::io, std::string("ledger: no answer to ") + sql);
  return (*statement)->integer(0);
}

Result<Report> SqliteLedger::report() {
  Transaction snapshot(*database_);
  if (Status begun = snapshot.begin_read(); !begun) return Failure{begun.error()};
  Report report;
  auto accounts = database_->prepare("SELECT kind, sum(mg) FROM postings JOIN accounts ON id = account GROUP BY kind");
  if (!accounts) return Failure{accounts.error()};
  for ((*accounts)->with(); (*accounts)->row();) report.accounts[std::string((*accounts)->text(0))] = (*accounts)->integer(1);
  auto reasons = database_->prepare("SELECT reason, count(*), coalesce(sum(granted), 0) FROM claims GROUP BY reason");
  if (!reasons) return Failure{reasons.error()};
  for ((*reasons)->with(); (*reasons)->row();) {
    const Reason reason = to_reason((*reasons)->integer(0));
    const auto count = static_cast<std::uint64_t>((*reasons)->integer(1));
    report.claims += count;
    report.granted_mg += (*reasons)->integer(2);
    if (reason != Reason::none) report.refused[std::string(to_string(reason))] = count;
  }
  auto held = database_->prepare("SELECT device FROM quarantine ORDER BY device");
  if (!held) return Failure{held.error()};
  for ((*held)->with(); (*held)->row();) report.quarantined.emplace_back((*held)->text(0));
  const auto pending = number("SELECT count(*) FROM pending");
  if (!pending) return Failure{pending.error()};
  report.pending = static_cast<std::uint64_t>(*pending);
  for (const auto& statement : {accounts->get(), reasons->get(), held->get()}) {
    if (Status ok = statement->ok(); !ok) return Failure{ok.error()};
  }
  return report;
}

Result<std::vector<std::string>> SqliteLedger::check() {
  Transaction snapshot(*database_);
  if (Status begun = snapshot.begin_read(); !begun) return Failure{begun.error()};
  std::vector<std::string> wrong;
  const std::pair<const char*, const char*> counts[] = {
      {"SELECT coalesce(sum(mg), 0) FROM postings", "mg: the books do not balance to zero"},
      {"SELECT count(*) FROM (SELECT booking FROM postings GROUP BY booking HAVING sum(mg) <> 0)",
       "bookings do not balance to zero"},
      {"SELECT count(*) FROM nullifiers LEFT JOIN claims ON id = claim WHERE id IS NULL OR reason <> 0",
       "nullifiers have no booked claim"},
      {"SELECT count(*) FROM (SELECT claim FROM nullifiers GROUP BY claim HAVING count(*) > 1)",
       "claims hold several nullifiers"},
      {"SELECT count(*) FROM chains c WHERE c.seq <> (SELECT count(*) FROM claims WHERE id >> 40 = c.id)", "chains have a hole"},
      {"SELECT coalesce((SELECT sum(granted) FROM claims), 0) + coalesce((SELECT sum(mg) FROM postings JOIN accounts ON id = "
       "account "
       "WHERE kind = 'issuance'), 0)",
       "mg: what was granted is not what was issued"},
  };
  for (const auto& [sql, what] : counts) {
    const auto value = number(sql);
    if (!value) return Failure{value.error()};
    if (*value != 0) wrong.push_back(std::to_string(*value) + ' ' + what);
  }
  return wrong;
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& path, const Programme& programme,
                                             const measure::Library& library, const claim::Hasher& hasher, Clock& clock,
                                             Log& log) {
  auto database = Database::open(path);
  if (!database) return Failure{database.error()};
  auto ledger = std::make_unique<SqliteLedger>(std::move(*database), programme, library, hasher, clock, log);
  if (Status prepared = ledger->prepare(); !prepared) return Failure{prepared.error()};
  return std::unique_ptr<Ledger>(std::move(ledger));
}

}  // namespace greentill::credit
