// SPDX-License-Identifier: Apache-2.0
// What a broker refuses and what it announces: the tables of docs/troubleshooting.md, the service's column.
#include "tests/support/broker.hpp"
#include "tests/support/broker_faults.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/credit-service/running_worker.hpp"

namespace greentill::credit::announced_test {
namespace {

using namespace greentill::test;
using namespace std::chrono_literals;

const std::filesystem::path& certificates() {
  static const TempDir folder;
  static const bool made = [] {
    make_certificates(folder.path(), {});
    return true;
  }();
  static_cast<void>(made);
  return folder.path();
}

// What a worker told, and how it went on.
struct Told {
  Office office;
  ScriptedBroker broker;
  RunningWorker worker;
  explicit Told(const Script& script) : broker(certificates(), script), worker(office, broker.uri(), certificates()) {}

  [[nodiscard]] bool serves() { return office.log.says("takes batches from"); }
  // In the log, or in the error with which the worker ended.
  [[nodiscard]] bool by(const std::string& words) {
    return office.log.holds(words) || (worker.ended() && !worker.wait() && says(worker.wait().error().message, words));
  }
};

}  // namespace

TEST_CASE("a worker tells each refusal by the broker's reason") {
  for_each_fault(kRefusals, [](const Trouble& trouble, const Script& script) {
    CAPTURE(trouble.happened);
    Told told(script);
    CHECK(eventually([&] { return told.by(trouble.service); }));
    if (told.office.log.says("the broker announces")) return;
    REQUIRE(eventually([&] { return told.broker.connects().size() >= 3; }));
    CHECK_FALSE(told.office.log.says("was lost"));
  });
}

TEST_CASE("a worker keeps to what a broker announces, or says why it cannot work there") {
  for_each_fault(kAnnouncements, [](const Trouble& trouble, const Script& script) {
    CAPTURE(trouble.happened);
    Told told(script);
    if (trouble.service == "nothing") {
      CHECK(eventually([&] { return told.serves(); }));
      CHECK_FALSE(told.office.log.says("the broker announces"));
    } else {
      CHECK(eventually([&] { return told.by(trouble.service); }));
    }
    if (trouble.happened.starts_with("Server Keep Alive")) {
      REQUIRE(eventually([&] { return told.broker.pings() >= 3; }));
      REQUIRE(told.broker.connects().size() == 2);
      CHECK(told.broker.connects()[0].keep_alive == 20);
      CHECK(told.broker.connects()[1].keep_alive == 2);
    }
    if (script.patience >= 0ms && !trouble.happened.starts_with("Server")) return;
    CHECK(told.broker.thrown_out() == 0);
    CHECK_FALSE(told.office.log.says("does another worker"));
  });
}

}  // namespace greentill::credit::announced_test
