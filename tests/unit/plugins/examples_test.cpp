// SPDX-License-Identifier: Apache-2.0
// docs/plugin-guide.md holds two whole plugins. They are built from these files and do what the page says; its text is theirs.
#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/detector_bench.hpp"
#include "tests/unit/plugins/files.hpp"
#include "tests/unit/plugins/journal/decoding.hpp"

namespace greentill::detect {
namespace {

using namespace test;

std::filesystem::path source_folder() { return GREENTILL_SOURCE_DIR; }

TEST_CASE("examples: the page's listings are the files that are built here, to the letter") {
  const std::string page = journal::test::read_text(source_folder() / "docs/plugin-guide.md");
  for (const char* name : {"example_detector.cpp", "example_source.cpp"}) {
    CAPTURE(std::string(name));
    const std::string listing = "```cpp\n" + journal::test::read_text(source_folder() / "tests/unit/plugins" / name) + "```\n";
    CHECK(page.find(listing) != std::string::npos);
  }
}

TEST_CASE("examples: the detector finds plant-based dishes") {
  DetectorBench bench(test_plugin("example_detector"), "4711\n4712\n");
  event::Transaction sale;
  sale.issuer = "till";
  sale.event_id = "1";
  sale.lines = {{.sku = "4711", .name = "Lentil soup", .quantity_milli = 2000, .amount_minor = 1300},
                {.sku = "1", .name = "Cake", .quantity_milli = 1000, .amount_minor = 300},
                {.sku = "4712", .name = "Tofu", .quantity_milli = 1000, .amount_minor = 900}};
  CHECK(shown(bench.detect(sale)) == Shown{"dish.plantbased pieces=3"});
  sale.lines.push_back({.sku = "4711", .name = "Lentil soup", .quantity_milli = -2000, .amount_minor = -1300});
  CHECK(shown(bench.detect(sale)) == Shown{"dish.plantbased pieces=1"});
  sale.kind = event::TransactionKind::ticket;
  CHECK(bench.detect(sale).empty());
  CHECK(DetectorBench(test_plugin("example_detector"), " \n").error() ==
        "detector 'example_detector': the configuration must name one SKU a line");
}

TEST_CASE("examples: the source hands each line in once, through restarts and a full window") {
  const TempFolder folder;
  const auto file = folder.path() / "rides.txt";
  std::string text = "1 1760000000 1760000600 2043\nnonsense\n3 1760000600 1760000000 5\n";
  for (int i = 4; i <= 3000; ++i) text += std::to_string(i) + " 1760000000 1760000600 900\n";
  journal::test::append(file, text + "3001 1760000000 17600");
  SourceBench bench;
  PluginSpec spec = patient_spec("dock", test_plugin("example_source"), file.string() + "\n");
  spec.grants.read = {folder.path().string()};
  {
    const auto sources = bench.start_all({spec});
    REQUIRE(eventually([&] { return bench.sink.count() == 3000; }));
  }
  journal::test::append(file, "00600 900\n");
  const auto sources = bench.start_all({spec});
  REQUIRE(eventually([&] { return bench.sink.count() > 3000; }));
  REQUIRE(have_looked_again());
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 3001);
  CHECK(kept[0].transaction.quantities[0].value == 2043);
  CHECK(kept[1].where == "byte 38");
  CHECK(kept[1].reason == "it is no ride");
  CHECK(kept[2].reason == "it is no ride");
  for (std::size_t i = 3; i < kept.size(); ++i) REQUIRE(kept[i].event_id == std::to_string(i + 1));
}

}  // namespace
}  // namespace greentill::detect
