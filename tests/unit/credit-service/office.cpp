// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/credit-service/office.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/mbedtls_crypto.hpp"

#include <algorithm>
#include <cstdlib>

#include "daemon/base/system.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/troubleshooting.hpp"
#include "tools/credit-service/ledger/acts_check.hpp"
#include "tools/credit-service/ledger/postgres/books.hpp"
#include "tools/credit-service/ledger/postgres/store.hpp"
#include "tools/credit-service/ledger/sqlite/books.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::test {
namespace {

credit::Programme parse_programme(const char* text, const crypto::Hasher& hasher) {
  auto programme = credit::Programme::parse(text, "programme.toml", hasher);
  REQUIRE_MESSAGE(programme, (programme ? "" : programme.error().message));
  return std::move(*programme);
}

std::unique_ptr<credit::Ledger> open_ledger(Office& office) {
  auto ledger = try_open_ledger(office);
  REQUIRE_MESSAGE(ledger, (ledger ? "" : ledger.error().message));
  return std::move(*ledger);
}

credit::Certificates make_certificates(Office& office, credit::Ledger& ledger) {
  // With the service's own: an authority needs at least one certificate.
  auto authority = crypto::Authority::from_pem(office.authorities + office.service.certificate_pem());
  REQUIRE(authority);
  return {ledger.registry(), std::move(*authority), office.clock, office.log};
}

std::optional<crypto::Secret> programme_key_of(const Office& office) {
  if (!office.programme_key) return std::nullopt;
  return crypto::Secret(*office.programme_key);
}

crypto::Signer open_signer(const Office& office) {
  auto signer = crypto::Signer::from(office.service.key_pem(), office.service.certificate());
  REQUIRE(signer);
  return std::move(*signer);
}

Bytestring joined(const std::vector<Bytestring>& messages) {
  Bytestring all;
  for (const Bytestring& message : messages) all.insert(all.end(), message.begin(), message.end());
  return all;
}

}  // namespace

const char* const kPlainProgramme = R"(
name = "test"
zone = "Europe/Helsinki"
[shares]
customer = "0.70"
merchant = "0.20"
operator = "0.10"
[[activity]]
name = "ride.bike.shared"
grant = "measured"
)";

const char* const kFixedProgramme = R"(
name = "test"
zone = "UTC"
[shares]
customer = "1"
merchant = "0"
operator = "0"
[[activity]]
name = "ride.bike.shared"
grant = "fixed"
fixed_mg = 46_000
)";

OfficeClock::OfficeClock() : now(SystemClock().unix_seconds()) {}

void OfficeLog::write(LogLevel, std::string_view module, std::string_view message) {
  const std::lock_guard guard(mutex_);
  lines_.push_back(std::string(module) + ": " + std::string(message));
}

bool OfficeLog::holds(std::string_view words) const {
  const std::lock_guard guard(mutex_);
  return std::ranges::any_of(lines_, [words](const std::string& line) { return test::says(line, words); });
}

std::size_t OfficeLog::count(std::string_view part) const {
  const std::lock_guard guard(mutex_);
  return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

std::string Answered::reason(std::uint64_t seq) const {
  if (seq > up_to) return "not processed";
  const auto found = refused.find(seq);
  return found == refused.end() ? "accepted" : found->second.first + (found->second.second ? ", later" : "");
}

Desk::Desk(Office& office)
    : office_(office),
      ledger_(open_ledger(office)),
      certificates_(make_certificates(office, *ledger_)),
      locks_(ledger_->registry(), programme_key_of(office), office.hasher, office.clock, office.log),
      signer_(open_signer(office)),
      clerk_(*ledger_, credit::BatchExaminer(certificates_, office.library, office.hasher, locks_), signer_, office.hasher,
             credit::Clocks(office.clock, office.log, office.database(), {})) {}

Result<std::unique_ptr<credit::Ledger>> try_open_ledger(Office& office) {
  auto store = office.open_store();
  if (!store) return Failure{store.error()};
  auto consents = office.consent_certificates.empty()
                      ? Result<credit::Consents>(credit::Consents(office.hasher))
                      : credit::Consents::from_pem(office.consent_authorities, office.consent_certificates, office.hasher);
  if (!consents) return Failure{consents.error()};
  return credit::Ledger::open(std::move(*store), office.programme, office.library, std::move(*consents), office.hasher,
                              office.clock, office.log);
}

Answered Desk::open(const credit::Reply& reply) {
  const auto message = claim::parse_message(reply.message, claim::MessageType::receipt);
  REQUIRE(message);
  CHECK(message->thumbprint == office_.service.thumbprint());
  auto verifier = test::MbedtlsVerifier::from_certificate(office_.service.certificate_pem());
  CHECK(claim::verify_message(crypto::Hasher(), verifier, *message));
  const auto receipt = claim::parse_receipt(message->payload);
  REQUIRE(receipt);
  Answered answered;
  answered.chain = receipt->chain;
  answered.up_to = receipt->processed_up_to;
  answered.epoch = receipt->epoch;
  answered.payload_hash = receipt->payload_hash;
  answered.correlation = reply.correlation;
  receipt->for_each_refused([&](const claim::Refusal& one) {
    answered.refused[one.seq] = {std::string(one.reason), one.retryable};
  });
  answered.state = receipt->state;
  answered.head = receipt->head ? receipt->head->seq : receipt->processed_up_to;
  answered.from_head = receipt->from_head;
  answered.come_again_s = receipt->come_again_s.value_or(0);
  receipt->for_each_change([&](const claim::Change& one) {
    answered.changes.push_back({one.number, one.chain, one.seq, one.standing, one.granted_mg, std::string(one.reason)});
  });
  receipt->for_each_granted([&](const claim::Grant& one) { answered.granted[one.seq] = one.granted_mg; });
  return answered;
}

Result<std::vector<Answered>> Desk::try_take(const std::string& device, const std::vector<Bytestring>& messages) {
  const auto replies = clerk_.take(device, joined(messages), {1, 2, 3}, stored);
  if (!replies) return Failure{replies.error()};
  std::vector<Answered> answers;
  for (const credit::Reply& reply : *replies) answers.push_back(open(reply));
  return answers;
}

Answered Desk::take(const std::string& device, const std::vector<Bytestring>& messages) {
  const auto answers = try_take(device, messages);
  REQUIRE_MESSAGE(answers, (answers ? "" : answers.error().message));
  REQUIRE(!answers->empty());
  return answers->front();
}

std::unique_ptr<credit::Books> Desk::books() {
  auto books = office_.open_books();
  REQUIRE_MESSAGE(books, (books ? "" : books.error().message));
  return std::move(*books);
}

std::string Desk::wrong() {
  const auto of = books();
  auto found = of->check();
  if (!found) return found.error().message;
  if (Status rules = credit::check_acts_by_rules(*of, *found); !rules) return rules.error().message;
  std::string all;
  for (const std::string& one : *found) all += one + '\n';
  return all;
}

credit::Report Desk::report() {
  auto report = books()->report();
  REQUIRE(report);
  return std::move(*report);
}

credit::Batch Desk::examined(const std::string& device, const std::vector<Bytestring>& messages) {
  std::string trouble;
  auto batches = credit::read_batches(device, joined(messages), {}, office_.hasher, trouble);
  REQUIRE(batches.size() == 1);
  credit::Batch& batch = batches.front();
  std::vector<std::size_t> chosen;
  REQUIRE(ledger_->choose(batch, chosen));
  credit::BatchExaminer examiner(certificates_, office_.library, office_.hasher, locks_);
  examiner.examine(batch, chosen);
  return std::move(batch);
}

Office::Office(const char* text) : Office(text, ride_library()) {}

Office::Office(const char* text, measure::Library with) : programme(parse_programme(text, hasher)), library(std::move(with)) {}

TestSigner& Office::signer_of(const std::string& device) {
  const auto [place, added] = devices_.try_emplace(device, device);
  if (added) authorities += place->second.certificate_pem();
  return place->second;
}

TestSigner& Office::enrol(const std::string& device) {
  const bool known = devices_.contains(device);
  TestSigner& signer = signer_of(device);
  if (!known) put_certificate(device, signer.certificate_pem());
  return signer;
}

void Office::put_certificate(const std::string& device, const std::string& pem) const {
  const Status put = change([&](credit::Registry& registry) -> Status {
    credit::Merchant merchant;
    merchant.id = merchant.name = "merchant";
    merchant.zone = "Europe/Helsinki";
    // Each of these is there from the second device, or certificate, on.
    static_cast<void>(registry.add_merchant(merchant));
    static_cast<void>(registry.add_root("rides", "merchant"));
    static_cast<void>(registry.add_device(device, credit::Device::Class::dock, {"merchant", "site", {"rides"}}));
    auto key = registry.add_key(device, pem);
    if (!key && key.error().code == ErrorCode::conflict) key = registry.replace_key(device, pem);
    return key ? Status(Done{}) : Status(Failure{key.error()});
  });
  REQUIRE_MESSAGE(put, (put ? "" : put.error().message));
}

const std::string& Office::url() const {
  const char* const kind = std::getenv("GREENTILL_TEST_STORE");
  if (url_.empty() && kind != nullptr && std::string_view(kind) == "postgres") {
    url_ = fresh_database([](const std::string& base) { REQUIRE(credit::open_postgres_store(base)); });
  }
  return url_;
}

Result<std::unique_ptr<credit::Store>> Office::open_store(credit::WentBack went_back) const {
  return url().empty() ? credit::open_sqlite_store(database(), went_back) : credit::open_postgres_store(url());
}

Result<std::unique_ptr<credit::Books>> Office::open_books() const {
  return url().empty() ? credit::open_sqlite_books(database(), hasher) : credit::open_postgres_books(url(), hasher);
}

Status Office::change(const std::function<Status(credit::Registry&)>& work) const {
  auto store = open_store();
  REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
  return (*store)->transact([&] {
    credit::Registry registry((*store)->registry(), {clock.now, "tester", "test", ""});
    return work(registry);
  });
}

void Office::change_programme(const char* text) { programme = parse_programme(text, hasher); }

claim::Stored stored_of(const Answered& answered) {
  return {answered.chain, answered.up_to, answered.epoch, answered.changes.empty() ? 0 : answered.changes.back().number};
}

ChainBuilder::Edit of_event(std::uint32_t number) {
  return [number](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).nullifiers = one_nullifier(event(number)); };
}

ChainBuilder::Edit ended_at(std::uint32_t number, std::int64_t end) {
  return [number, end](claim::Claim& claim) {
    auto& ride = std::get<claim::Reduction>(claim.entry);
    ride.nullifiers = one_nullifier(event(number));
    ride.begin = end - 500;
    ride.end = end;
  };
}

claim::Reversal reversal_of(std::uint32_t number, std::int64_t metres) {
  claim::Reversal reversal;
  reversal.nullifiers = one_nullifier(event(number));
  if (metres > 0) REQUIRE(reversal.taken_back.push_back({"m.odometer", metres}));
  return reversal;
}

}  // namespace greentill::test
