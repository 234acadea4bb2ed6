// SPDX-License-Identifier: Apache-2.0
// A device with a real key, a real outbox and the shipped methodologies; its disk can be made full.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "daemon/base/system.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/identity/settings.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/outbox/outbox.hpp"
#include "tests/support/strand.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::test {

inline const std::filesystem::path& identities() {
  static const TempDir folder;
  static const int made = std::system(
      (std::string(GREENTILL_SOURCE_DIR) + "/tests/support/make_ca.sh " + folder.path().string() + " device-1").c_str());
  REQUIRE(made == 0);
  return folder.path();
}

/// Keeps what is logged as information and above.
class KeepingLog : public Log {
 public:
  void write(LogLevel level, std::string_view, std::string_view message) override {
    const std::lock_guard guard(mutex_);
    if (level >= LogLevel::info) lines_.emplace_back(message);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard guard(mutex_);
    return lines_;
  }
  /// Lines that begin so.
  [[nodiscard]] std::size_t count(std::string_view begin) const {
    const std::lock_guard guard(mutex_);
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(), [begin](const std::string& line) { return line.starts_with(begin); }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The real writer, with a disk that is full while `full` says so.
class FillableWriter : public outbox::Writer {
 public:
  explicit FillableWriter(outbox::Writer& real) : real_(real) {}
  Result<std::optional<outbox::TransactionRecord>> find(const outbox::TransactionKey& key) override { return real_.find(key); }
  Status begin_chain(const claim::ChainId& chain, const outbox::Unit& unit) override {
    if (begins_full) return fail(ErrorCode::full, "the disk is full");
    return real_.begin_chain(chain, unit);
  }
  Status keep_settings_number(std::uint64_t number) override { return real_.keep_settings_number(number); }
  Status commit(std::span<const outbox::Unit* const> units) override {
    ++commits;
    if (full) return fail(ErrorCode::full, "the disk is full");
    return real_.commit(units);
  }
  Result<outbox::AppliedReceipt> apply(const claim::Receipt& receipt, const outbox::Reception& reception) override {
    return real_.apply(receipt, reception);
  }
  Status repair(const outbox::Repair& repair, outbox::Remaker& remaker, std::int64_t now) override {
    ++repairs;
    if (full) return fail(ErrorCode::full, "the disk is full");
    if (gate) gate();
    return real_.repair(repair, remaker, now);
  }
  Result<std::size_t> prune(const outbox::PruneBefore& before, std::size_t limit) override { return real_.prune(before, limit); }

  std::atomic<bool> full{false};
  std::atomic<bool> begins_full{false};  ///< for the begin of a chain alone
  std::atomic<int> commits{0};
  std::atomic<int> repairs{0};
  std::function<void()> gate;  ///< within a repair; set while nothing is under way

 private:
  outbox::Writer& real_;
};

/// Finds one shared-bike ride in every trip, and paperless tickets in a sale's lines of SKU "T", so that no plugin has to be
/// built for these tests. They may be told that a detector is absent, and no trip is a ride then.
class RideDetectors : public detect::Detectors {
 public:
  detect::Findings detect(const event::Transaction& transaction) override {
    ++calls;
    return {find(transaction), absent};
  }
  [[nodiscard]] std::vector<detect::PluginStatus> status() const override { return {}; }

  std::vector<std::uint8_t> evidence;  ///< of every ride; set while nothing is under way
  std::vector<detect::Absent> absent;  ///< likewise
  std::atomic<int> calls{0};

 private:
  [[nodiscard]] std::vector<detect::Detected> find(const event::Transaction& transaction) const {
    if (transaction.kind == event::TransactionKind::trip) {
      if (transaction.mode.empty() || !absent.empty()) return {};
      return {{{"ride.bike.shared", transaction.quantities, 0, evidence}, "ride", "1"}};
    }
    std::vector<detect::Detected> tickets;
    for (std::size_t i = 0; i < transaction.lines.size(); ++i) {
      if (transaction.lines[i].sku != "T") continue;
      const std::int64_t pieces = transaction.lines[i].quantity_milli / 1000;
      tickets.push_back({{"ticket.paperless", {{"pieces", pieces}}, i + 1, {}}, "tickets", "1"});
    }
    return tickets;
  }
};

/// The system's, of which the test says whether a time server keeps it.
class KeptClock final : public SystemClock {
 public:
  [[nodiscard]] bool synchronised() const override { return kept; }
  std::atomic<bool> kept{true};
};

/// A root of a settings file, whose keys are told from others' by its number. `begins`: of its versions, from 1 on.
inline std::string root_text(unsigned number, const std::string& name, const std::vector<std::int64_t>& begins = {0},
                             bool reversals_only = false) {
  const auto key = [number](std::size_t version) {
    const std::string digits = std::to_string(1000 * number + version);
    return '"' + std::string(64 - digits.size(), '0') + digits + "\"\n";
  };
  std::string text = "[[root]]\nnumber = " + std::to_string(number) + "\nname = \"" + name +
                     "\"\nreversals_only = " + (reversals_only ? "true" : "false") + "\nreversal_key = " + key(0);
  for (std::size_t i = 0; i < begins.size(); ++i) {
    text +=
        "[[root.version]]\nnumber = " + std::to_string(i + 1) + "\nfrom = " + std::to_string(begins[i]) + "\nkey = " + key(i + 1);
  }
  return text;
}

/// Settings with these roots; those of assignment n are for merchant "m" at the site "s<n>".
inline identity::Settings settings_with(const std::string& roots, unsigned assignment = 1) {
  const std::string number = std::to_string(assignment);
  auto settings = identity::parse_settings("device = \"device-1\"\nnumber = " + number + "\n[assignment]\nnumber = " + number +
                                               "\nmerchant = \"m\"\nsite = \"s" + number + "\"\n" + roots,
                                           "settings.toml");
  REQUIRE_MESSAGE(settings.ok(), settings.error().message);
  return std::move(*settings);
}

class Device {
 public:
  explicit Device(std::filesystem::path folder, bool prints_secrets = true)
      : Device(std::move(folder), settings_with(root_text(1, "r")), prints_secrets) {}

  /// The API's root is the settings' first, and so is that of a source that is not named as another root is.
  Device(std::filesystem::path folder, identity::Settings settings, bool prints_secrets = true,
         const std::filesystem::path& methodologies = std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/methodologies")
      : folder_(std::move(folder)), settings_(std::move(settings)) {
    identity_ = std::move(identity::DeviceIdentity::load(identities() / "device-1.key", identities() / "device-1.crt")).value();
    library_ = std::move(measure::Library::load(methodologies, crypto::hasher())).value();
    outbox_ = std::move(outbox::Outbox::open({.path = folder_ / "outbox.db", .vfs = ""}, log_)).value();
    writer_ = std::make_unique<FillableWriter>(outbox_->writer());
    engine_reader_ = std::move(outbox_->new_reader()).value();
    reader_ = std::move(outbox_->new_reader()).value();
    engine::ClaimContext context;
    context.device_id = identity_->device_id();
    context.settings = &settings_;
    context.roots.api = &settings_.roots.front();
    for (const identity::Root& root : settings_.roots) context.roots.sources.emplace(root.name, &root);
    context.boot = 1;
    context.bearer_key = crypto::Secret(32);
    context.prints_secrets = prints_secrets;
    maker_.emplace(std::move(context), engine::Measuring(*library_, {}), identity_->signer(), clock_, random_);
    const engine::Parts parts{timers_, log_, random_, *writer_, *engine_reader_, detectors_, *maker_, *library_};
    engine_ = std::make_unique<engine::Engine>(parts, crypto::Secret(Digest{1}),
                                               engine::CommitHooks{[] {}, [this] { ++full_disks_; }, {}});
    opened_ = engine_->open();
    if (!opened_) engine_.reset();
  }
  /// Whether the engine was opened; nothing can be submitted where it was not.
  [[nodiscard]] const Status& opened() const { return opened_; }

  std::future<Result<event::TransactionAnswer>> submit(const event::Transaction& transaction,
                                                       std::optional<outbox::SourceRecord> position = std::nullopt) {
    REQUIRE_MESSAGE(opened_.ok(), opened_.error().message);
    auto promise = std::make_shared<std::promise<Result<event::TransactionAnswer>>>();
    engine_->submit(transaction, std::move(position), [promise](const auto& answer) { promise->set_value(answer); });
    engine_->committer().hand_over();
    return promise->get_future();
  }

  std::future<Result<event::TransactionAnswer>> undo(std::uint64_t seq) {
    auto promise = std::make_shared<std::promise<Result<event::TransactionAnswer>>>();
    engine_->undo(seq, [promise](const auto& answer) { promise->set_value(answer); });
    engine_->committer().hand_over();
    return promise->get_future();
  }

  outbox::Reader& reader() { return *reader_; }
  const identity::Settings& settings() const { return settings_; }
  KeptClock& clock() { return clock_; }
  FillableWriter& writer() { return *writer_; }
  RideDetectors& detectors() { return detectors_; }
  engine::Engine& engine() { return *engine_; }
  TestStrand& timers() { return timers_; }
  int full_disks() const { return full_disks_; }
  const KeepingLog& log() const { return log_; }

 private:
  std::atomic<int> full_disks_{0};
  std::filesystem::path folder_;
  identity::Settings settings_;
  Status opened_ = Done{};
  KeepingLog log_;
  KeptClock clock_;
  SystemRandom random_;
  RideDetectors detectors_;
  std::unique_ptr<identity::DeviceIdentity> identity_;
  std::optional<measure::Library> library_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<FillableWriter> writer_;
  std::unique_ptr<outbox::Reader> engine_reader_;
  std::unique_ptr<outbox::Reader> reader_;
  std::optional<engine::ClaimMaker> maker_;
  TestStrand timers_;
  std::unique_ptr<engine::Engine> engine_;
};

inline event::Transaction ride(const std::string& event, std::int64_t metres = 2043) {
  event::Transaction trip;
  trip.issuer = "dock-1";
  trip.event_id = event;
  trip.kind = event::TransactionKind::trip;
  trip.begin = 1'760'000'000;
  trip.end = trip.begin + 500;
  trip.mode = "bike.shared";
  trip.quantities = {{"m.odometer", metres}};
  return trip;
}

/// A sale of paperless tickets, a line for each number of pieces.
inline event::Transaction tickets(const std::string& event, const std::vector<std::int64_t>& pieces) {
  event::Transaction sale;
  sale.issuer = "till-1";
  sale.event_id = event;
  sale.begin = sale.end = 1'760'000'000;
  for (const std::int64_t count : pieces) sale.lines.push_back({"T", "", "ticket", "", count * 1000, 0, 0});
  return sale;
}

/// Takes another transaction of the same issuer back.
inline event::Transaction taking_back(event::Transaction returned, const std::string& event, const std::string& reversed) {
  returned.event_id = event;
  returned.reversed.event_id = reversed;
  return returned;
}

/// The claim at a seq of the chain in force. Lifetime: the stored message's.
struct ClaimAt {
  ClaimAt(outbox::Reader& reader, std::uint64_t seq) : stored(reader.claim(seq).value()) {
    REQUIRE(stored.has_value());
    const auto message = claim::parse_message(stored->message, claim::MessageType::claim);
    REQUIRE(message.ok());
    const auto parsed = claim::parse_payload(message->payload);
    REQUIRE(parsed.ok());
    claim = *parsed;
  }
  ClaimAt(const ClaimAt&) = delete;
  ClaimAt& operator=(const ClaimAt&) = delete;
  template <typename Entry>
  [[nodiscard]] const Entry& as() const {
    return std::get<Entry>(claim.entry);
  }

  std::optional<outbox::StoredClaim> stored;
  claim::Claim claim;
};

using NullifierList = std::vector<claim::Nullifier>;

inline NullifierList list_of(const claim::Nullifiers& nullifiers) { return {nullifiers.begin(), nullifiers.end()}; }

/// Reads the chain from seq 1 to its end; fails the test where a link is broken. Answers how many claims it holds.
inline std::uint64_t check_chain(outbox::Reader& reader) {
  const auto state = reader.chain().value();
  REQUIRE(state.has_value());
  claim::ChainHead head;
  head.chain = state->head.chain;
  const Status read = reader.for_each_claim(0, 1'000'000, false, std::nullopt, [&](const outbox::StoredClaim& stored) {
    const auto message = claim::parse_message(stored.message, claim::MessageType::claim);
    REQUIRE(message.ok());
    const auto claim = claim::parse_payload(message->payload);
    REQUIRE(claim.ok());
    REQUIRE(claim::check_link(head, *claim) == claim::LinkFault::none);
    claim::advance(head, crypto::hasher(), message->payload);
  });
  REQUIRE(read.ok());
  CHECK(head.seq == state->head.seq);
  CHECK(head.payload_hash == state->head.payload_hash);
  return head.seq;
}

/// A ride that is claimed once; the seq of its claim.
inline std::uint64_t claimed(Device& device, const std::string& event) {
  const auto answer = device.submit(ride(event)).get();
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  REQUIRE(answer->claims.size() == 1);
  return answer->claims.front().seq;
}

}  // namespace greentill::test
