// SPDX-License-Identifier: Apache-2.0
// The plugin as the daemon runs it: a child that takes receipts out of a folder.
#include <doctest/doctest.h>

#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/common/folder/folder_bench.hpp"

namespace greentill::detect {
namespace {

using namespace test;

const char* const kSale =
    R"({"ftCashBoxID": "box-7", "cbReceiptReference": "17", "cbReceiptMoment": "2026-05-22T08:30:15Z", "cbPayItems": [],
    "ftReceiptCase": 4919338167972134913, "cbReceiptAmount": 7, "cbUser": "secret",
    "cbChargeItems": [{"Description": "Tea", "Amount": 7, "ftChargeItemCase": 4919338167972134913}]})";

TEST_CASE("fiscal: receipts leave the folder for done, and what is unusable for failed with its reason") {
  plugin::test::DropFolder folder;
  folder.drop("1-sale.json", kSale);
  folder.drop("2-closing.json", R"({"ftReceiptCase": 4919338167972134919})");
  folder.drop("3-template.json", plugin::test::DropFolder().configuration());
  SourceBench bench;
  const PluginSpec spec = patient_spec("receipts", own_plugin("fiscal"), folder.configuration("once = true\n"));
  const auto sources = bench.start_all({spec});
  REQUIRE(eventually([&] { return sources->status()[0].state == "finished"; }));
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].event_id == "17");
  CHECK(kept[0].transaction.total_minor == 700);
  CHECK(kept[1].where == "2-closing.json: record 1");
  CHECK(kept[1].reason == "nothing was sold: it is a closing, a protocol or a movement of cash");
  CHECK(kept[2].where == "3-template.json");
  CHECK(kept[2].reason == "byte 0: it is not JSON");
  CHECK(folder.names() == plugin::test::Texts{});
  CHECK(folder.names("done") == plugin::test::Texts{"1-sale.json", "2-closing.json"});
  CHECK(folder.names("failed") == plugin::test::Texts{"3-template.json", "3-template.json.reason.txt"});
  CHECK(folder.text("failed/3-template.json.reason.txt").find("byte 0: it is not JSON") != std::string::npos);
  CHECK(!bench.log.has("secret"));
}

TEST_CASE("fiscal: a key that is none of its own is a fault that names it") {
  plugin::test::DropFolder folder;
  SourceBench bench;
  const PluginSpec spec = patient_spec("receipts", own_plugin("fiscal"), folder.configuration("zone = \"Etc/UTC\"\n"));
  const auto sources = bench.start_all({spec});
  REQUIRE(eventually([&] { return sources->status()[0].faults > 0; }));
  CHECK(sources->status()[0].last_fault.find("fiscal:2:8: key 'zone' is not known here") != std::string::npos);
}

}  // namespace
}  // namespace greentill::detect
