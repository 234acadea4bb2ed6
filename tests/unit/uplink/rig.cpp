// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/uplink/rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "daemon/claim/message.hpp"
#include "daemon/claim/receipt.hpp"
#include "tests/support/running_time.hpp"
#include "tests/support/troubleshooting.hpp"

namespace greentill::test {
namespace {

constexpr std::uint32_t kClaimsACommit = 1'000;

std::unique_ptr<identity::ReceiptTrust> load_trust() {
  auto trust = identity::ReceiptTrust::load(certificates() / "ca.crt", certificates() / "service.crt");
  if (!trust) FAIL(trust.error().message);
  return std::move(*trust);
}

}  // namespace

const std::filesystem::path& certificates() {
  static const TempDir folder;
  static const bool made = [] {
    make_certificates(folder.path(), {"till-1", "till-2"});
    return true;
  }();
  static_cast<void>(made);
  return folder.path();
}

void RecordingLog::write(LogLevel, std::string_view, std::string_view message) {
  const std::lock_guard guard(mutex_);
  lines_.emplace_back(message);
}

std::size_t RecordingLog::count(std::string_view text) const {
  const std::lock_guard guard(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(lines_, [text](const std::string& line) { return line.find(text) != std::string::npos; }));
}

bool RecordingLog::says(std::string_view words) const {
  const std::lock_guard guard(mutex_);
  return std::ranges::any_of(lines_, [words](const std::string& line) { return test::says(line, words); });
}

void StrandBook::apply(ByteView message, const outbox::Retried& answers,
                       std::function<void(Result<outbox::AppliedReceipt>)> done) {
  auto work = [this, answers, copy = std::vector<std::uint8_t>(message.begin(), message.end()), done = std::move(done)] {
    const auto parsed = claim::parse_message(copy, claim::MessageType::receipt);
    REQUIRE(parsed.ok());
    const auto receipt = claim::parse_receipt(parsed->payload);
    REQUIRE(receipt.ok());
    done(writer_.apply(*receipt, {SystemClock().unix_seconds(), answers, 1, copy}));
  };
  if (!holding_) return strand_.post(std::move(work));
  const std::lock_guard guard(mutex_);
  held_.emplace_back(std::move(work));
}

std::size_t StrandBook::held() {
  const std::lock_guard guard(mutex_);
  return held_.size();
}

void StrandBook::release() {
  holding_ = false;
  const std::lock_guard guard(mutex_);
  for (auto& work : held_) strand_.post(std::move(work));
  held_.clear();
}

void StrandRepairer::repair(const outbox::Repair& repair, std::function<void(Status)> done) {
  strand_.post([this, repair, done = std::move(done)] {
    if (failures > 0) {
      --failures;
      return done(fail(ErrorCode::full, "the disk is full"));
    }
    ChainMaker anew(next_++);
    MadeAnew remaker(anew);
    const Status repaired = writer_.repair(repair, remaker, SystemClock().unix_seconds());
    if (repaired) chain_ = anew;
    done(repaired);
  });
}

void StrandRepairer::declare_lost(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last,
                                  std::function<void(Status)> done) {
  strand_.post([this, chain, first, last, done = std::move(done)] {
    outbox::Unit unit = chain_.unit(claim::Gap{chain, first, last, "lost"});
    unit.declares_lost = true;
    done(commit(writer_, {unit}));
  });
}

uplink::Options Device::options(const Broker& broker) {
  uplink::Options options;
  options.server_uri = broker.uri();
  options.device_id = "till-1";
  options.authorities = certificates() / "ca.crt";
  options.certificate = certificates() / "till-1.crt";
  options.key = certificates() / "till-1.key";
  options.version = "0.1.0";
  options.receipt_timeout = std::chrono::hours(1);
  options.backoff_min = std::chrono::milliseconds(50);
  options.backoff_max = std::chrono::milliseconds(1'000);
  options.retry_refused_after = std::chrono::seconds(1);
  return options;
}

namespace {

/// By hand, years may pass while a real broker is being connected to: giving up by that clock would judge the hand alone.
uplink::Options timed(uplink::Options options, Time time) {
  if (time == Time::by_hand) options.connecting_at_most = std::chrono::years(100);
  return options;
}

}  // namespace

Device::Device(const uplink::Options& options, Time time)
    : strand_(time),
      outbox_(open_outbox(folder_ / "outbox.db")),
      reader_(std::make_unique<FlakyReader>(open_reader(*outbox_))),
      trust_(load_trust()),
      book_(outbox_->writer(), strand_),
      repairer_(outbox_->writer(), strand_, chain),
      uplink_(uplink::Uplink::create(timed(options, time), strand_, clock_, random_, log, *reader_, book_, repairer_, *trust_)) {
  const outbox::Unit start = chain.start();
  REQUIRE(strand_.run_here([&] { return outbox_->writer().begin_chain(chain.head().chain, start); }).ok());
}

Device::~Device() {
  stop();
  strand_.run_here([this] { uplink_.reset(); });
}

void Device::sell(std::uint32_t claims) {
  for (std::uint32_t left = claims; left > 0;) {
    std::vector<outbox::Unit> units;
    for (std::uint32_t i = 0; i < kClaimsACommit && left > 0; ++i, --left) units.push_back(chain.sale(sold_++));
    std::vector<const outbox::Unit*> pointers;
    for (const outbox::Unit& unit : units) pointers.push_back(&unit);
    const bool stored = strand_.run_here([&] { return outbox_->writer().commit(pointers).ok(); });
    REQUIRE(stored);
    uplink_->claims_stored();
  }
}

void Device::start() {
  strand_.run_here([this] { uplink_->start(); });
}

std::chrono::milliseconds Device::stop() {
  return delay_of([this] { uplink_->stop(); });
}

std::chrono::milliseconds Device::delay_of(const std::function<void()>& work) {
  const pid_t strand = strand_.run_here([] { return ::gettid(); });
  const auto without_processor = [strand] { return waiting_time_of(strand) + waiting_time_of(::gettid()); };
  const auto waited = without_processor();
  const auto posted = std::chrono::steady_clock::now();
  strand_.run_here([&] { work(); });
  const auto took = std::chrono::steady_clock::now() - posted - (without_processor() - waited);
  return std::chrono::duration_cast<std::chrono::milliseconds>(took);
}

void Device::begin_chain(std::uint32_t assignment) {
  strand_.run_here([&] {
    ChainMaker next(static_cast<std::uint8_t>(50 + assignment));
    const outbox::Unit start = next.start(assignment, chain.head());
    REQUIRE(outbox_->writer().begin_chain(next.head().chain, start).ok());
    chain = next;
  });
}

std::uint64_t Device::delivered() {
  return strand_.run_here([this] { return (**reader_->chain()).delivered_seq; });
}

outbox::Backlog Device::backlog() {
  return strand_.run_here([this] { return *reader_->backlog(); });
}

}  // namespace greentill::test
