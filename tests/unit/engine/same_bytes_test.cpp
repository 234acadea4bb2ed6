// SPDX-License-Identifier: Apache-2.0
// With one key, one clock and one source of ids, what the engine signs and stores is the same on every machine: the nonces of
// RFC 6979 make the signatures so too.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "daemon/base/hex.hpp"
#include "tests/support/mbedtls_crypto.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill {
namespace {

constexpr std::int64_t kNow = 1'760'000'600;

std::string vector_file(const std::string& name) {
  std::ifstream in(std::filesystem::path(GREENTILL_SOURCE_DIR) / "tests/vectors/claim" / name);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Ids and salts that follow one from the other.
class CountedRandom final : public Random {
 public:
  void fill(MutableBytes out) override {
    for (std::size_t used = 0; used < out.size(); ++used) {
      if (used % sizeof(Digest) == 0) block_ = crypto::hasher().sha256({block_});
      out[used] = block_[used % sizeof(Digest)];
    }
  }

 private:
  Digest block_{};
};

/// A device of which nothing is by chance.
class FixedDevice {
 public:
  explicit FixedDevice(const std::filesystem::path& folder)
      : settings_(test::settings_with(test::root_text(1, "r"))),
        signer_(vector_file("device.key.pem"), vector_file("device.crt.pem")),
        library_(std::move(measure::Library::load(std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/methodologies",
                                                  crypto::hasher()))
                     .value()),
        outbox_(std::move(outbox::Outbox::open({.path = folder / "outbox.db", .vfs = ""}, log_)).value()),
        engine_reader_(std::move(outbox_->new_reader()).value()),
        reader_(std::move(outbox_->new_reader()).value()),
        maker_(context(), engine::Measuring(library_, {}), signer_, clock_, random_),
        engine_({timers_, log_, random_, outbox_->writer(), *engine_reader_, detectors_, maker_, library_},
                crypto::Secret(Digest{1}), engine::CommitHooks{[] {}, [] {}, {}}) {
    const Status opened = engine_.open();
    REQUIRE_MESSAGE(opened.ok(), opened.error().message);
  }

  event::TransactionAnswer submit(const event::Transaction& transaction) {
    return answer([&](const auto& answered) { engine_.submit(transaction, std::nullopt, answered); });
  }
  event::TransactionAnswer undo(std::uint64_t seq) {
    return answer([&](const auto& answered) { engine_.undo(seq, answered); });
  }

  /// Of all messages of the chain, in order.
  std::string hash() {
    REQUIRE(test::check_chain(*reader_) == 8);
    Digest all{};
    const Status read = reader_->for_each_claim(0, 1'000'000, false, std::nullopt, [&](const outbox::StoredClaim& stored) {
      all = crypto::hasher().sha256({all, stored.message});
    });
    REQUIRE(read.ok());
    return to_hex(all);
  }

 private:
  engine::ClaimContext context() {
    engine::ClaimContext context;
    context.device_id = "device-1";
    context.settings = &settings_;
    context.roots.api = &settings_.roots.front();
    context.boot = 7;
    context.uptime = [] { return std::uint64_t{4711}; };
    context.bearer_key = crypto::Secret(32);
    return context;
  }

  template <typename Ask>
  event::TransactionAnswer answer(const Ask& ask) {
    std::promise<Result<event::TransactionAnswer>> promise;
    ask([&promise](const auto& answered) { promise.set_value(answered); });
    engine_.committer().hand_over();
    auto answered = promise.get_future().get();
    REQUIRE_MESSAGE(answered.ok(), answered.error().message);
    return std::move(*answered);
  }

  test::KeepingLog log_;
  test::SetClock clock_{kNow, true};
  CountedRandom random_;
  test::RideDetectors detectors_;
  test::TestStrand timers_;
  identity::Settings settings_;
  test::MbedtlsSigner signer_;
  measure::Library library_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<outbox::Reader> engine_reader_;
  std::unique_ptr<outbox::Reader> reader_;
  engine::ClaimMaker maker_;
  engine::Engine engine_;
};

TEST_CASE("engine: the same sales are the same claims, byte by byte, on every machine") {
  const test::TempDir folder;
  FixedDevice device(folder.path());
  const std::uint64_t ride = device.submit(test::ride("1")).claims.front().seq;
  event::Transaction customers = test::ride("2", 2'345);
  customers.account_token = "customer-0001";
  CHECK(device.submit(customers).claims.size() == 1);
  event::Transaction bearers = test::tickets("3", {1, 3, 2});
  bearers.bearer = true;
  CHECK(device.submit(bearers).claims.size() == 3);
  event::Transaction refund = test::taking_back(test::tickets("4", {1}), "4", "3");
  CHECK(device.submit(refund).reversals.size() == 1);
  CHECK(device.undo(ride).reversals.size() == 1);
  CHECK(device.hash() == "7684295011145d260199baf18272db38836b30884d8477112fae382c9fbb50bc");
}

}  // namespace
}  // namespace greentill
