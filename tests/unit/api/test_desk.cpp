// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/test_desk.hpp"

#include "daemon/event/transaction_key.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "daemon/base/calendar.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::test {
namespace {

constexpr std::int64_t kNow = 1'795'500'900;

outbox::Sale sale_of(const event::Transaction& t) {
  return {t.till.empty() ? t.issuer : t.till, t.receipt_number.empty() ? t.event_id : t.receipt_number, t.begin};
}

template <typename T>
T expect(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

template <typename T>
T expect(Result<T, claim::Fault> result) {
  if (!result) throw std::runtime_error(result.error().reason);
  return std::move(result).value();
}

}  // namespace

TestDesk::TestDesk() {
  std::string name = (std::filesystem::temp_directory_path() / "greentill-desk-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  outbox::Options options;
  options.path = folder_ / "outbox.db";
  outbox_ = expect(outbox::Outbox::open(options, log_));
  head_.chain = {1, 2, 3, 4, 5, 6, 7, 8};
  outbox::Unit unit;
  unit.recorded_at = kNow;
  unit.claims.push_back(append(claim::Start{.predecessor = {}, .consent = {}, .assignment = 1}, {}, std::nullopt));
  unit.head = head_;
  expect(outbox_->writer().begin_chain(head_.chain, unit));
}

TestDesk::~TestDesk() {
  outbox_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<outbox::Reader> TestDesk::new_reader() { return expect(outbox_->new_reader()); }

outbox::NewClaim TestDesk::append(claim::Entry entry, claim::ClaimId id, const std::optional<claim::AccountHint>& account) {
  claim::Claim c;
  c.device = "test-device";
  c.issued_at = kNow;
  c.id = id;
  c.seq = head_.seq + 1;
  c.prev = head_.payload_hash;
  c.boot = 1;
  c.merchant = "cafe";
  c.site = "corner";
  c.entry = std::move(entry);
  c.chain = head_.chain;
  Bytes<claim::kMaxClaimBytes> payload{};
  const ByteView bytes = ByteView(payload).first(expect(claim::encode_payload(c, payload)));
  claim::Signature signature{};
  if (!signer_.sign(claim::signature_digest(hasher_, claim::MessageType::claim, signer_.thumbprint(), bytes), signature)) {
    throw std::runtime_error("signing failed");
  }
  Bytes<claim::kMaxClaimBytes> message{};
  const std::size_t length =
      expect(claim::encode_message(claim::MessageType::claim, signer_.thumbprint(), account, bytes, signature, message));
  claim::advance(head_, hasher_, bytes);
  payload_hashes_.push_back(head_.payload_hash);
  return {c.seq, {message.begin(), message.begin() + static_cast<std::ptrdiff_t>(length)}};
}

namespace {

claim::Nullifier nullifier_of(std::uint64_t seq) {
  return {2, 4, {static_cast<std::uint8_t>(seq), static_cast<std::uint8_t>(seq >> 8)}};
}

}  // namespace

event::ClaimedAct TestDesk::record(const event::Transaction& t, const std::string& activity, std::int64_t estimate_mg) {
  event::ClaimedAct act;
  act.seq = head_.seq + 1;
  act.id[0] = static_cast<std::uint8_t>(act.seq);
  act.activity = activity;
  act.estimate_mg = estimate_mg;
  act.credited_mg = estimate_mg * 3 / 4;
  if (t.bearer) act.bearer_secret = std::string(32, 'b');
  claim::Reduction r;
  r.begin = t.begin;
  r.end = t.end;
  r.activity = activity;
  for (const auto& quantity : t.quantities) (void)r.quantities.push_back({quantity.unit, quantity.value});
  if (r.quantities.empty()) (void)r.quantities.push_back({"pieces", 1});
  (void)r.nullifiers.push_back(nullifier_of(act.seq));
  r.methodology = {"test", 1, {}};
  r.estimate_mg = act.estimate_mg;
  r.credited_mg = act.credited_mg;
  r.plugin_name = "test";
  r.plugin_version = "1";
  std::optional<claim::AccountHint> account;
  if (!t.account_token.empty()) {
    account = claim::AccountHint{{}, t.account_token};
    r.attribution = {claim::Attribution::Kind::account, claim::account_hash(hasher_, *account)};
  }
  outbox::Unit unit;
  unit.recorded_at = kNow;
  unit.key = event::transaction_key(t.issuer, t.event_id);
  unit.sale = sale_of(t);
  unit.claims.push_back(append(r, act.id, account));
  unit.head = head_;
  unit.totals.push_back({kNow / kSecondsADay, activity, act.estimate_mg, act.credited_mg});
  unit.totals.push_back({kNow / kSecondsADay, "", 0, 0});
  store(std::move(unit));
  acts_[act.seq] = act;
  return act;
}

void TestDesk::store(outbox::Unit unit) {
  unit.recorded_at = kNow;
  const outbox::Unit* units[] = {&unit};
  expect(outbox_->writer().commit(units));
}

void TestDesk::replace_refused() {
  const std::lock_guard lock(mutex_);
  const auto reader = new_reader();
  const auto refused = expect(reader->replaceable(1, 0, 10));
  const auto opened = expect(outbox::open_claim(refused.at(0).claim.seq, refused.at(0).claim.message));
  outbox::Unit unit;
  unit.claims.push_back(append(opened.claim.entry, {0xaa}, std::nullopt));
  unit.replaces = outbox::Replacement{refused.at(0).number, unit.claims[0].seq, {}};
  unit.head = head_;
  store(std::move(unit));
}

event::ReversedAct TestDesk::take_back(const event::ClaimedAct& act) {
  event::ReversedAct made{head_.seq + 1, {}, act.activity, act.seq, {}};
  made.id[0] = static_cast<std::uint8_t>(made.seq);
  claim::Reversal reversal;
  reversal.claim = act.id;
  (void)reversal.nullifiers.push_back(nullifier_of(act.seq));
  outbox::Unit unit;
  unit.claims.push_back(append(reversal, made.id, std::nullopt));
  unit.side.taken_back.push_back({reversal.nullifiers[0].mac, "", 0, act.seq});
  unit.head = head_;
  store(std::move(unit));
  return made;
}

Result<event::TransactionAnswer> TestDesk::undo(std::uint64_t seq) {
  if (seq == 900'000'507) return fail(ErrorCode::full, "the disk is full; make room");
  if (seq == 900'000'503) return fail(ErrorCode::unavailable, "too many transactions wait; try again");
  if (seq == 900'000'500) return fail(ErrorCode::bug, "a promise was broken");
  if (seq == 0) return event::TransactionAnswer{};  // what may come of it where 0 says that nothing is undone
  const std::lock_guard lock(mutex_);
  if (seq > head_.seq) return fail(ErrorCode::not_found, "claim " + std::to_string(seq) + " is not in the store");
  const auto act = acts_.find(seq);
  if (act == acts_.end()) return fail(ErrorCode::invalid, "claim " + std::to_string(seq) + " claims nothing");
  auto [answer, is_new] = undone_.try_emplace(seq);
  if (is_new) answer->second.reversals.push_back(take_back(act->second));
  event::TransactionAnswer copy = answer->second;
  copy.repeated = !is_new;
  return copy;
}

Result<event::TransactionAnswer> TestDesk::take(const event::Transaction& t) {
  if (t.issuer == "full") return fail(ErrorCode::full, "the disk is full; make room");
  if (t.issuer == "busy") return fail(ErrorCode::unavailable, "too many transactions wait; try again");
  if (t.issuer == "broken") return fail(ErrorCode::bug, "a promise was broken");
  const auto first = answered_.find({t.issuer, t.event_id});
  if (first != answered_.end()) {
    event::TransactionAnswer again = first->second;
    again.repeated = true;
    again.unclaimed.clear();
    return again;
  }
  event::TransactionAnswer answer;
  if (t.standing != event::Standing::final) {
    answer.remark = "not final: " + t.remark;
    outbox::Unit unit;
    if (t.standing == event::Standing::doubtful) {
      ++guarded_;
      const outbox::TransactionKey key{static_cast<std::uint8_t>(guarded_ >> 8), static_cast<std::uint8_t>(guarded_)};
      outbox::GuardedAct act;
      act.key = key;
      act.begin = t.begin;
      act.reason = answer.remark;
      unit.side.guarded.push_back(std::move(act));
      unit.sale = sale_of(t);
    }
    store(std::move(unit));
    return answer;
  }
  if (t.is_reversal()) {
    for (const auto& [name, taken] : answered_) {
      if (event::transaction_key(name.first, name.second) != event::reversed_key(t)) continue;
      for (const auto& act : taken.claims) answer.reversals.push_back(take_back(act));
    }
  } else if (t.mode == "bike.shared" && !t.quantities.empty()) {
    answer.claims.push_back(record(t, "ride.bike.shared", t.quantities.front().value * 50));
  } else if (t.kind == event::TransactionKind::trip) {
    answer.unclaimed.push_back({"ride." + t.mode, "no methodology is in force for it"});
  } else if (t.receipt_medium == "none") {
    answer.claims.push_back(record(t, "receipt.paperless", 1'900));
  }
  if (answer.claims.empty()) {
    outbox::Unit unit;
    if (!t.is_reversal()) {
      unit.key = event::transaction_key(t.issuer, t.event_id);
      unit.sale = sale_of(t);
    }
    unit.totals.push_back({kNow / kSecondsADay, "", 0, 0});
    store(std::move(unit));
  }
  answered_[{t.issuer, t.event_id}] = answer;
  return answer;
}

std::vector<Result<event::TransactionAnswer>> TestDesk::submit(std::vector<event::Transaction> transactions) {
  const std::lock_guard lock(mutex_);
  largest_group_ = std::max(largest_group_, transactions.size());
  std::vector<Result<event::TransactionAnswer>> answers;
  for (const event::Transaction& transaction : transactions) answers.push_back(take(transaction));
  return answers;
}

api::DaemonStatus TestDesk::status() {
  const std::lock_guard lock(mutex_);
  api::DaemonStatus status;
  status.device_id = "test-device";
  status.version = "0.0.0";
  status.merchant = "cafe";
  status.site = "corner";
  status.assignment = 2;
  status.settings = 3;
  status.roots = {{4, "cafe", false}, {5, "old-cafe", true}};
  status.started_at = kNow;
  status.chain = outbox::ChainState{head_, 0, 0};
  const auto reader = expect(outbox_->new_reader());
  status.backlog = expect(reader->backlog()).for_people();
  status.records = expect(reader->record_counts());
  status.waiting_since = expect(reader->waiting_since());
  status.reasons = expect(reader->reason_counts(20));
  status.overdue_after_s = overdue_after_s_;
  status.link = link_;
  status.certificate_end = kNow + 86'400;
  status.plugins.push_back({"ride", "1", "running", 3, 0, ""});
  status.plugins.push_back({"odd \"name\"\\", "1", "restarting", 3, 2, "crashed"});
  status.trouble = trouble_;
  status.warnings = warnings_;
  return status;
}

void TestDesk::keep(outbox::SourceRecord record) {
  const std::lock_guard lock(mutex_);
  outbox::Unit unit;
  unit.record = std::move(record);
  store(std::move(unit));
}

void TestDesk::set_link(std::int64_t overdue_after_s, uplink::LinkStatus link) {
  const std::lock_guard lock(mutex_);
  overdue_after_s_ = overdue_after_s;
  link_ = std::move(link);
}

void TestDesk::set_trouble(std::string trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

void TestDesk::set_warnings(std::vector<std::string> warnings) {
  const std::lock_guard lock(mutex_);
  warnings_ = std::move(warnings);
}

claim::ReceiptFields TestDesk::receipt_up_to(std::uint64_t seq) const {
  claim::ReceiptFields fields;
  fields.device = "test-device";
  fields.chain = head_.chain;
  fields.processed_up_to = seq;
  fields.payload_hash = seq == 0 ? Digest{} : payload_hashes_[seq - 1];
  fields.epoch = 1;
  return fields;
}

void TestDesk::refuse(std::uint64_t seq, std::string reason) {
  const std::lock_guard lock(mutex_);
  const claim::Refusal refusals[] = {{seq, reason, false}};
  take(receipt_up_to(seq), {refusals, {}, {}});
}

void TestDesk::deliver(std::uint64_t seq) {
  const std::lock_guard lock(mutex_);
  take(receipt_up_to(seq), {});
}

void TestDesk::hold(std::uint64_t seq, std::string reason) {
  const std::lock_guard lock(mutex_);
  const claim::Change changes[] = {{1, head_.chain, seq, claim::Stands::held, 0, reason}};
  take(receipt_up_to(0), {{}, {}, changes});
}

void TestDesk::take(const claim::ReceiptFields& fields, const claim::ReceiptLists& lists) {
  Bytes<512> payload{};
  const std::size_t size = expect(claim::encode_receipt(fields, lists, payload));
  const ByteView written = ByteView(payload).first(size);
  Bytes<1024> message{};
  const std::size_t whole = expect(claim::encode_message(claim::MessageType::receipt, {}, std::nullopt, written, {}, message));
  const outbox::Reception reception{.now = kNow, .message = ByteView(message).first(whole)};
  expect(outbox_->writer().apply(expect(claim::parse_receipt(written)), reception));
}

std::size_t TestDesk::transactions() {
  const std::lock_guard lock(mutex_);
  return answered_.size();
}

std::size_t TestDesk::largest_group() {
  const std::lock_guard lock(mutex_);
  return largest_group_;
}

}  // namespace greentill::test
