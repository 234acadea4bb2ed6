// SPDX-License-Identifier: Apache-2.0
// Two docks of one merchant, and locks whose rides they carry to a service.
#pragma once

#include "tests/support/test_lock.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::test {

struct LockedDocks {
  static constexpr std::int64_t kWorth = 167;  // mg of 2,000 m

  explicit LockedDocks(bool with_key = true) {
    if (with_key) office.programme_key = Bytes<32>{9, 8, 7};
    for (const char* name : {"dock-1", "dock-2"}) {
      chains.emplace(name, ChainBuilder(office.enrol(name), name));
      chains.at(name).add_start();
    }
    add(lock);
    desk = std::make_unique<Desk>(office);
  }

  void add(const TestLock& one) const {
    ok(office.change([&](credit::Registry& registry) -> Status {
      const auto made = registry.add_lock(one.id(), one.signer.public_key_pem(), "merchant");
      return made ? Status(Done{}) : Status(Failure{made.error()});
    }));
  }
  static void ok(const Status& status) { REQUIRE_MESSAGE(status, (status ? "" : status.error().message)); }
  void change_lock(const std::function<Result<credit::Lock>(credit::Registry&)>& work) const {
    ok(office.change([&](credit::Registry& registry) -> Status {
      const auto made = work(registry);
      return made ? Status(Done{}) : Status(Failure{made.error()});
    }));
  }

  /// What an honest dock claims of a ride.
  [[nodiscard]] ChainBuilder::Edit honest(const Bytestring& statement, std::uint32_t counter, const std::string& of = "lock-0042",
                                          std::uint32_t version = 1) const {
    const claim::Nullifier act = ride_nullifier(office.hasher, *office.programme_key, 1, "rides", of, counter, version);
    return [statement, act](claim::Claim& claim) {
      auto& ride = std::get<claim::Reduction>(claim.entry);
      ride.end = 1'700'000'500;
      ride.begin = ride.end - 500;
      ride.nullifiers = {};
      REQUIRE(ride.nullifiers.push_back(act));
      ride.evidence = claim::Evidence{claim::Evidence::Kind::embedded, statement};
    };
  }
  /// The dock claims it, maybe otherwise than honestly, and sends it; what became of it.
  std::string claim(const std::string& dock, const Bytestring& statement, std::uint32_t counter,
                    const ChainBuilder::Edit& more = {}) {
    const ChainBuilder::Edit say = honest(statement, counter);
    return send(dock, [&](claim::Claim& one) {
      say(one);
      if (more) more(one);
    });
  }
  std::string send(const std::string& dock, const ChainBuilder::Edit& edit) {
    ChainBuilder& chain = chains.at(dock);
    chain.add_ride(2000, edit);
    return deliver(dock, chain.messages().size());
  }
  /// "held" with why, where it is; else "accepted", or why it is refused.
  std::string deliver(const std::string& dock, std::size_t seq) {
    const std::vector<Bytestring>& all = chains.at(dock).messages();
    std::size_t& sent = sent_[dock];
    const Answered answered = desk->take(dock, slice(all, std::min(sent, seq - 1), seq));
    sent = std::max(sent, seq);
    for (const Answered::Change& one : answered.changes) {
      if (one.seq == seq && one.chain == chains.at(dock).head().chain && one.standing == claim::Stands::held) {
        return "held: " + one.reason;
      }
    }
    return answered.reason(seq);
  }

  credit::LockState state(const std::string& of = "lock-0042") const {
    auto found = desk->books()->lock(of);
    REQUIRE(found);
    REQUIRE(*found);
    return std::move(**found);
  }
  [[nodiscard]] std::uint64_t settled() const { return state().settled; }
  void due() const {
    office.clock.now += 1;
    while (true) {
      const auto more = desk->ledger().tick();
      REQUIRE(more);
      if (!*more) break;
    }
  }

  mutable Office office;
  std::map<std::string, ChainBuilder> chains;
  TestLock lock;
  std::unique_ptr<Desk> desk;

 private:
  std::map<std::string, std::size_t> sent_;
};

}  // namespace greentill::test
