// SPDX-License-Identifier: Apache-2.0
// The source and the detector as the daemon runs them, from a file in a folder to an activity.
#include <doctest/doctest.h>

#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/common/folder/folder_bench.hpp"
#include "tests/unit/plugins/detector_bench.hpp"
#include "tests/unit/plugins/ocmf/signing.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using ocmf::test::hex;
using ocmf::test::TestMeter;

std::string payload(const std::string& page, const std::string& end) {
  return R"({"FV":"1.0","GS":"GW1","PG":")" + page + R"(","MS":"M1","IS":true,"IT":"ISO14443","ID":"00112233","RD":[)" +
         R"({"TM":"2026-03-01T10:00:00,000+0100 S","TX":"B","RV":2935.6,"RI":"1-b:1.8.0","RU":"kWh","RT":"AC","EF":"","ST":"G"},)" +
         R"({"TM":"2026-03-01T12:00:00,000+0100 S","TX":"E","RV":)" + end + "}]}";
}

TEST_CASE("ocmf: from a watched folder to an activity with the signed record") {
  const plugin::test::DropFolder folder;
  const TestMeter meter;
  const TestMeter stranger;
  const std::string record = meter.record(payload("T1", "2950.1"));
  folder.drop("a.ocmf",
              record + "\n" + stranger.record(payload("T2", "2950.1")) + "\n" + meter.record(payload("T3", "29501")) + "\n");
  const PluginSpec spec =
      patient_spec("chargers", own_plugin("ocmf"),
                   folder.configuration("once = true\n[[meter]]\nserial = \"M1\"\nkey = \"" + hex(meter.public_key()) + "\"\n"));
  SourceBench bench;
  const auto sources = bench.start_all({spec});
  REQUIRE(eventually([&] { return sources->status()[0].state == "finished"; }));
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].transaction.kind == event::TransactionKind::charge);
  CHECK(kept[0].transaction.event_id == "M1/T1");
  CHECK(kept[1].where == "a.ocmf: line 2");
  CHECK(kept[1].reason == "its signature is wrong: it was changed, or another meter signed it");
  CHECK(kept[2].transaction.standing == event::Standing::doubtful);
  CHECK(kept[2].transaction.remark == "more energy than a session can have (250 kWh)");
  CHECK(folder.names("done") == plugin::test::Texts{"a.ocmf"});

  const std::vector<event::Activity> found = DetectorBench(own_plugin("charge"), "").detect(kept[0].transaction);
  REQUIRE(shown(found) == Shown{"charge.ev Wh=14500"});
  CHECK(std::string(found[0].evidence.begin(), found[0].evidence.end()) == record);
  CHECK(kept[0].transaction.evidence_is_personal);
}

TEST_CASE("charge: a charge's energy is an activity, and nothing else is") {
  DetectorBench bench(own_plugin("charge"), "");
  event::Transaction transaction;
  transaction.issuer = "GW1";
  transaction.event_id = "M1/T1";
  transaction.kind = event::TransactionKind::charge;
  transaction.begin = transaction.end = 1'772'355'600;
  CHECK(bench.detect(transaction).empty());
  transaction.quantities = {{"s", 3600}, {"Wh", 14500}};
  CHECK(shown(bench.detect(transaction)) == Shown{"charge.ev Wh=14500"});
  CHECK(bench.detect(transaction)[0].evidence.empty());
  transaction.quantities = {{"kWh", 14}};
  CHECK(bench.detect(transaction).empty());
  transaction.quantities = {{"Wh", 14500}};
  for (const auto kind :
       {event::TransactionKind::sale, event::TransactionKind::trip, event::TransactionKind::bill, event::TransactionKind::stay}) {
    transaction.kind = kind;
    CHECK(bench.detect(transaction).empty());
  }
  CHECK(DetectorBench(own_plugin("charge"), "x = 1").error() == "detector 'charge': charge:1:5: key 'x' is not known here");
}

TEST_CASE("ocmf: a wrong configuration is a fault that names the key") {
  const auto fault = [](const std::string& more) {
    const plugin::test::DropFolder folder;
    const PluginSpec spec = patient_spec("chargers", own_plugin("ocmf"), folder.configuration(more));
    SourceBench bench;
    const auto sources = bench.start_all({spec});
    REQUIRE(eventually([&] { return sources->status()[0].faults > 0; }));
    const std::string text = sources->status()[0].last_fault;
    return text.substr(0, text.find("; it "));
  };
  const std::string meter = "[[meter]]\nserial = \"M1\"\nkey = \"" + hex(TestMeter().public_key()) + "\"\n";
  CHECK(fault("").find("key 'meter' is missing") != std::string::npos);
  CHECK(fault("clocks = [\"Q\"]\n" + meter).find("ocmf:2:10: key 'clocks' must hold S, R, I or U alone") == 0);
  CHECK(fault("clocks = []\n" + meter).find("key 'clocks' must hold one at least") != std::string::npos);
  CHECK(fault("max_power_kw = 0\n" + meter).find("key 'max_power_kw' must be a whole number from 1 to 100000") !=
        std::string::npos);
  CHECK(fault("power = 0\n" + meter).find("key 'power' is not known here") != std::string::npos);
}

}  // namespace
}  // namespace greentill::detect
