// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/detectors.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect {
namespace {

using namespace test;

struct Bench {
  FakeClock clock;
  KeptLog log;

  Result<std::unique_ptr<Detectors>> load(const std::vector<PluginSpec>& specs) {
    return Detectors::load(specs, host_program(), clock, log);
  }
  std::unique_ptr<Detectors> loaded(const std::vector<PluginSpec>& specs) {
    auto detectors = load(specs);
    REQUIRE_MESSAGE(detectors.ok(), detectors.error().message);
    return std::move(*detectors);
  }
};

PluginSpec spec(const std::filesystem::path& library, bool isolated = false, const std::string& configuration = {}) {
  PluginSpec spec = patient_spec(library.stem(), library, configuration);
  spec.isolated = isolated;
  return spec;
}

event::Transaction trip(const std::string& mode) {
  event::Transaction transaction;
  transaction.issuer = "dock";
  transaction.event_id = "1";
  transaction.kind = event::TransactionKind::trip;
  transaction.mode = mode;
  transaction.quantities = {{"m.odometer", 2043}};
  return transaction;
}

TEST_CASE("detectors: a shared bike's trip becomes a ride with what was measured, in process and isolated alike") {
  for (const bool isolated : {false, true}) {
    Bench bench;
    const auto detectors = bench.loaded({spec(own_plugin("ride"), isolated)});
    const auto found = detectors->detect(trip("bike.shared")).acts;
    REQUIRE(found.size() == 1);
    CHECK(found[0].activity.name == "ride.bike.shared");
    CHECK(found[0].activity.line == 0);
    CHECK(found[0].plugin_name == "ride");
    REQUIRE(found[0].activity.quantities.size() == 1);
    CHECK(found[0].activity.quantities[0].unit == "m.odometer");
    CHECK(found[0].activity.quantities[0].value == 2043);
    CHECK(detectors->detect(trip("car")).acts.empty());
    CHECK(detectors->status()[0].state == "running");
    CHECK(detectors->status()[0].calls == 2);
    CHECK(detectors->status()[0].faults == 0);
  }
}

TEST_CASE("detectors: a detector in plain C works, and its name and version go with what it finds") {
  for (const bool isolated : {false, true}) {
    Bench bench;
    const auto detectors = bench.loaded({spec(test_plugin("c_detector"), isolated, "ticket.paperless")});
    const auto found = detectors->detect(ticket("1")).acts;
    REQUIRE(found.size() == 1);
    CHECK(found[0].activity.name == "ticket.paperless");
    CHECK(found[0].plugin_name == "c-detector");
    CHECK(found[0].plugin_version == "1.2.3");
    CHECK(detectors->status()[0].version == "1.2.3");
  }
}

TEST_CASE("detectors: what cannot be loaded fails the whole and is named with its reason") {
  Bench bench;
  const auto why = [&](const PluginSpec& wrong) {
    const auto detectors = bench.load({spec(own_plugin("ride")), wrong});
    REQUIRE(!detectors.ok());
    return detectors.error().message;
  };
  for (const bool isolated : {false, true}) {
    CHECK(why(spec(test_plugin("wrong_version"), isolated)).find("this plugin needs ABI version 7") != std::string::npos);
    CHECK(why(spec(test_plugin("no_entry"), isolated)).find("does not export gt_plugin_entry") != std::string::npos);
    CHECK(why(spec(test_plugin("absent"), isolated)).find("absent.so: there is no such file") != std::string::npos);
    CHECK(why(spec(test_plugin("c_source"), isolated)).find("it is a source, not a detector") != std::string::npos);
    CHECK(why(spec(test_plugin("c_detector"), isolated)).find("the configuration must be an activity's name") !=
          std::string::npos);
    CHECK(why(spec(host_program(), isolated)).find("detector 'greentill-plugin-host'") != std::string::npos);
  }
  CHECK(why(spec(own_plugin("ride"))) == "two detectors are called 'ride'");
}

TEST_CASE("detectors: one that fails contributes nothing, is named, and leaves the others alone") {
  for (const bool isolated : {false, true}) {
    Bench bench;
    const auto detectors =
        bench.loaded({spec(test_plugin("unstable"), isolated), spec(test_plugin("c_detector"), false, "other")});
    const auto found = detectors->detect(ticket("fail")).acts;
    REQUIRE(found.size() == 1);
    CHECK(found[0].activity.name == "other");
    CHECK(detectors->status()[0].faults == 1);
    CHECK(detectors->status()[0].last_fault == "no idea");
    CHECK(detectors->status()[1].faults == 0);
    CHECK(detectors->detect(ticket("good")).acts.size() == 2);
  }
}

TEST_CASE("detectors: an activity that breaks the limits is dropped and counted, the rest of the call stands") {
  for (const bool isolated : {false, true}) {
    Bench bench;
    const auto detectors = bench.loaded({spec(test_plugin("unstable"), isolated)});
    const auto found = detectors->detect(ticket("lie")).acts;
    REQUIRE(found.size() == 1);
    CHECK(found[0].activity.name == "true");
    CHECK(detectors->status()[0].faults == 1);
    CHECK(detectors->detect(ticket("flood")).acts.size() == 64);
    CHECK(detectors->status()[0].last_fault == "it emitted more than 64 activities for one transaction");
  }
}

TEST_CASE("detectors: an isolated one that crashes is named, waits out its back-off and works again") {
  Bench bench;
  const auto detectors = bench.loaded({spec(test_plugin("unstable"), true)});
  CHECK(detectors->detect(ticket("crash")).acts.empty());
  CHECK(detectors->status()[0].state == "restarting");
  CHECK(detectors->status()[0].last_fault.find("signal 6") != std::string::npos);
  bench.clock.advance(std::chrono::milliseconds(99));
  CHECK(detectors->detect(ticket("good")).acts.empty());
  CHECK(detectors->status()[0].state == "restarting");
  bench.clock.advance(std::chrono::milliseconds(1));
  CHECK(eventually([&] { return detectors->detect(ticket("good")).acts.size() == 1; }));
  CHECK(detectors->status()[0].state == "running");
}

TEST_CASE("detectors: an isolated one that hangs for ever costs a sale its budget, and is killed") {
  Bench bench;
  PluginSpec hanging = spec(test_plugin("unstable"), true);
  hanging.budget = std::chrono::milliseconds(50);
  const auto detectors = bench.loaded({hanging});
  const auto begin = std::chrono::steady_clock::now();
  CHECK(detectors->detect(ticket("hang")).acts.empty());
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(50));
  CHECK(detectors->status()[0].last_fault.find("more than its budget of 50 ms; it was stopped") != std::string::npos);
}

TEST_CASE("detectors: an isolated one that logs without an end costs a sale its budget") {
  Bench bench;
  PluginSpec chattering = spec(test_plugin("unstable"), true);
  chattering.budget = std::chrono::milliseconds(50);
  const auto detectors = bench.loaded({chattering});
  // A busy machine may not let it begin within the first budget.
  CHECK(eventually([&] {
    bench.clock.advance(std::chrono::seconds(30));
    CHECK(detectors->detect(ticket("chatter")).acts.empty());
    return bench.log.has("no idea");
  }));
  CHECK(detectors->status()[0].last_fault.find("more than its budget of 50 ms") != std::string::npos);
}

TEST_CASE("detectors: the sale after an idle child was killed is not lost") {
  Bench bench;
  const auto detectors = bench.loaded({spec(test_plugin("unstable"), true)});
  REQUIRE(detectors->detect(ticket("good")).acts.size() == 1);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(hosts().size() == 1);
    const pid_t killed = hosts()[0];
    ::kill(killed, SIGKILL);
    REQUIRE(eventually([&] { return hosts().empty(); }));
    CHECK(detectors->detect(ticket("good")).acts.size() == 1);
    CHECK(detectors->status()[0].faults == static_cast<std::uint64_t>(i) + 1);
    CHECK(detectors->status()[0].last_fault.find("it was ended by signal 9") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists("/proc/" + std::to_string(killed)));
  }
}

TEST_CASE("detectors: a stop that reaches the whole process group leaves the children to the daemon") {
  Bench bench;
  {
    const auto detectors = bench.loaded({spec(test_plugin("unstable"), true)});
    const auto before = hosts();
    REQUIRE(before.size() == 1);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::kill(before[0], number);
    CHECK(detectors->detect(ticket("good")).acts.size() == 1);
    CHECK(hosts() == before);
    CHECK(detectors->status()[0].faults == 0);
  }
  CHECK(hosts().empty());
}

TEST_CASE("detectors: an idle child that was killed before it answered once waits out its back-off") {
  Bench bench;
  const auto detectors = bench.loaded({spec(test_plugin("unstable"), true)});
  ::kill(hosts().at(0), SIGKILL);
  REQUIRE(eventually([&] { return hosts().empty(); }));
  CHECK(detectors->detect(ticket("good")).acts.empty());
  CHECK(detectors->status()[0].state == "restarting");
}

TEST_CASE("detectors: one that did not look is told from one that found nothing, whether it was asked or not") {
  Bench bench;
  const auto detectors = bench.loaded({spec(test_plugin("unstable"), true), spec(own_plugin("ride"))});
  CHECK(detectors->detect(ticket("good")).absent.empty());
  CHECK(detectors->detect(ticket("fail")).absent.empty());  // which is an answer
  Findings lost = detectors->detect(ticket("crash"));
  REQUIRE(lost.absent.size() == 1);
  CHECK(lost.absent[0].name == "unstable");
  CHECK(lost.absent[0].asked);
  Findings away = detectors->detect(ticket("good"));
  REQUIRE(away.absent.size() == 1);
  CHECK_FALSE(away.absent[0].asked);
  CHECK_FALSE(away.absent[0].for_long);
  bench.clock.advance(std::chrono::milliseconds(100));
  CHECK(eventually([&] { return detectors->detect(ticket("good")).absent.empty(); }));
}

TEST_CASE("detectors: one that fails a hundred times in a row is away for long, until it answers once") {
  Bench bench;
  const auto detectors = bench.loaded({spec(test_plugin("unstable"), true)});
  const auto away_for_long = [&] {
    bench.clock.advance(std::chrono::seconds(30));
    const auto absent = detectors->detect(ticket("crash")).absent;
    return !absent.empty() && absent[0].for_long;
  };
  REQUIRE(eventually(away_for_long));
  CHECK(detectors->status()[0].faults == 100);
  CHECK(detectors->status()[0].last_fault.find("no source waits for it") != std::string::npos);
  CHECK(eventually([&] {
    bench.clock.advance(std::chrono::seconds(30));
    return detectors->detect(ticket("good")).acts.size() == 1;
  }));
  CHECK_FALSE(detectors->detect(ticket("crash")).absent.at(0).for_long);
}

TEST_CASE("detectors: the back-off doubles while a plugin keeps crashing") {
  Bench bench;
  const auto detectors = bench.loaded({spec(test_plugin("unstable"), true)});
  for (const int delay : {100, 200, 400}) {
    REQUIRE(eventually([&] {
      (void)detectors->detect(ticket("crash"));
      return detectors->status()[0].state == "restarting" && detectors->status()[0].faults > 0;
    }));
    const auto faults = detectors->status()[0].faults;
    bench.clock.advance(std::chrono::milliseconds(delay - 1));
    CHECK(detectors->detect(ticket("crash")).acts.empty());
    CHECK(detectors->status()[0].faults == faults);
    bench.clock.advance(std::chrono::milliseconds(1));
    REQUIRE(eventually([&] {
      (void)detectors->detect(ticket("crash"));
      return detectors->status()[0].faults > faults;
    }));
  }
}

}  // namespace
}  // namespace greentill::detect
