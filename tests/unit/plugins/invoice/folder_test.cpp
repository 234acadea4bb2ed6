// SPDX-License-Identifier: Apache-2.0
// The plugin as the daemon runs it: a child that takes invoices out of a folder.
#include <doctest/doctest.h>

#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/common/folder/folder_bench.hpp"
#include "tests/unit/plugins/invoice/pdf_samples.hpp"
#include "tests/unit/plugins/invoice/samples.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using plugin::test::DropFolder;
using plugin::test::Texts;

struct Bench : SourceBench {
  DropFolder folder;

  std::unique_ptr<Sources> start(const std::string& more) {
    const PluginSpec spec = patient_spec("invoices", own_plugin("invoice"), folder.configuration(more));
    return start_all({spec});
  }
};

TEST_CASE("invoice: invoices leave the folder for done, and what is none for failed with its reason") {
  Bench bench;
  bench.folder.drop("a.xml", invoice::test::Sample().text());
  bench.folder.drop("b.xml", invoice::test::credit_note(invoice::test::preceding("2026-17")).text());
  bench.folder.drop("c.xml", "<html>secret</html>");
  const auto sources = bench.start("once = true\nzone = \"Europe/Madrid\"\n");
  REQUIRE(eventually([&] { return sources->status()[0].state == "finished"; }));
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].event_id == "2026-17");
  CHECK(kept[0].transaction.receipt_medium == "einvoice");
  CHECK(kept[0].transaction.begin == 1779444000);  // noon in Madrid
  CHECK(kept[1].transaction.reversed.event_id == "2026-17");
  CHECK(kept[2].where == "c.xml");
  CHECK(kept[2].reason == "it is XML, but neither a UBL Invoice, a UBL CreditNote nor a CrossIndustryInvoice");
  CHECK(bench.folder.names() == Texts{});
  CHECK(bench.folder.names("done") == Texts{"a.xml", "b.xml"});
  CHECK(bench.folder.names("failed") == Texts{"c.xml", "c.xml.reason.txt"});
  CHECK(!bench.log.has("secret"));
}

TEST_CASE("invoice: a PDF is read in the confined child, and one made to burst it costs itself alone") {
  Bench bench;
  using namespace invoice::test;
  bench.folder.drop("a.pdf", pdf_with(stream(flate(CiiSample().text()), "/Filter /FlateDecode")));
  bench.folder.drop("b.pdf", pdf_with(stream(flate(std::string(64u << 20, ' ')), "/Filter /FlateDecode")));
  std::string list = "/AF [";
  for (int i = 0; i < 2'500'000; ++i) list += "1 ";
  bench.folder.drop("bb.pdf", pdf_of({catalogue(list + "]"), kPages}));
  CiiSample third;
  third.number = "2026-18";
  bench.folder.drop("c.pdf", pdf_with(stream(third.text()), "xrechnung.xml"));
  const auto sources = bench.start("once = true\n");
  REQUIRE(eventually([&] { return sources->status()[0].state == "finished"; }));
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 4);
  CHECK(kept[0].event_id == "2026-17");
  CHECK(kept[1].reason == "it is a PDF whose streams are unpacked to more than 32 MiB");
  CHECK(kept[2].reason.starts_with("it is a PDF"));  // that needs more memory than a child has, where its memory is bounded
  CHECK(kept[3].event_id == "2026-18");
  CHECK(sources->status()[0].faults == 0);
}

TEST_CASE("invoice: a zone that there is none of is a fault that names it") {
  Bench bench;
  const auto sources = bench.start("zone = \"Europe/Nowhere\"\n");
  REQUIRE(eventually([&] { return sources->status()[0].faults > 0; }));
  CHECK(sources->status()[0].last_fault.find("there is no time zone 'Europe/Nowhere'") != std::string::npos);
}

}  // namespace
}  // namespace greentill::detect
