// SPDX-License-Identifier: Apache-2.0
// The source as the daemon runs it, in a confined child, with receipts that are printed as pictures.
#include <doctest/doctest.h>

#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::detect::picture_source_test {
namespace {

using namespace test;
using escpos::test::read;
using escpos::test::write;
using Found = std::vector<std::string>;
using namespace std::string_literals;

constexpr const char* kOn = "pictures = \"on\"\npicture_data = \"/usr/share/tesseract-ocr/5/tessdata\"\n";
constexpr const char* kText = "Corner Cafe\nReceipt No 7\n24/11/2026 08:15\nTea   2.50\nTOTAL   2.50\n\x1dVA\n";
/// It looks into its folder every 250 ms, and is called every 100.
constexpr std::uint64_t kTurnsALook = 4;

std::string job(const std::string& name) {
  return read(std::string(GREENTILL_SOURCE_DIR) + "/tests/unit/plugins/escpos/pictures/" + name + ".escpos");
}

class Bench : public SourceBench {
  TempFolder folder_;
  std::unique_ptr<Sources> sources_;

 public:
  void start(const std::string& more) {
    sources_ = start_all({patient_spec("till", own_plugin("escpos"),
                                       "path = \"" + folder_.path().string() +
                                           "\"\nissuer = \"till-1\"\nprofile = \"generic-en\"\nprofiles = \"" GREENTILL_SOURCE_DIR
                                           "/config/escpos\"\nzone = \"Europe/London\"\ncurrency = \"GBP\"\n" +
                                           more)});
  }
  [[nodiscard]] std::filesystem::path spool(const std::string& name) const { return folder_.path() / name; }
  /// Waits until that many records are there, and the source has looked for more and found nothing.
  Found settled(std::size_t count) {
    CHECK(eventually_later([&] { return sink.count() >= count && sources_->status()[0].state == "running"; }));
    CHECK(have_looked_again(kTurnsALook));
    Found all;
    for (const auto& kept : sink.kept()) all.push_back(kept.reason.empty() ? kept.event_id : kept.reason);
    return all;
  }
};

TEST_CASE("picture source: receipts drawn as pictures are read in the child, between those of text, and the job goes") {
  Bench bench;
  write(bench.spool("a.escpos"), job("sale") + kText + job("sum") + job("heading") + job("sale"));
  bench.start(kOn);
  REQUIRE(bench.settled(4) == Found{"2026-11-22/8328", "2026-11-24/7", "2026-11-22/8328", "2026-11-22/8328"});
  const auto kept = bench.sink.kept();
  CHECK(kept[0].transaction.total_minor == 655);
  CHECK((kept[0].transaction.standing == event::Standing::final));
  REQUIRE(kept[0].transaction.lines.size() == 2);
  CHECK(kept[0].transaction.lines[1].name == "Own cup discount");
  CHECK((kept[2].transaction.standing == event::Standing::doubtful));
  CHECK((kept[3].transaction.standing == event::Standing::training));
  CHECK(bench.eventually_later([&] { return !std::filesystem::exists(bench.spool("a.escpos")); }));
}

TEST_CASE("picture source: where pictures are not read, that is told, and logos are no receipts") {
  Bench bench;
  const std::string logo = "\x1dv0\x00\x14\x00\x60\x00"s + std::string(20 * 96, '\xff') + "\x1dVA\n";
  write(bench.spool("a.escpos"), logo + job("sale") + kText);
  bench.start("");
  CHECK(bench.settled(2) == Found{"it is printed as a picture, which is not read: the key 'pictures' is off", "2026-11-24/7"});
  CHECK(bench.eventually_later([&] { return std::filesystem::exists(bench.spool("failed") / "a.escpos"); }));
}

TEST_CASE("picture source: a picture whose end has not come yet is waited for") {
  Bench bench;
  const std::string name = "20261124T081507000Z-0a0b0c0d-00000001-0000";
  const std::string whole = job("sale");
  write(bench.spool(name + "1-more.escpos"), whole.substr(0, whole.size() / 2));
  bench.start(kOn);
  CHECK(bench.settled(0).empty());
  write(bench.spool(name + "2-end.escpos"), whole.substr(whole.size() / 2));
  CHECK(bench.settled(1) == Found{"2026-11-22/8328"});
}

TEST_CASE("picture source: a bomb of a job is refused, and the source goes on") {
  Bench bench;
  std::string bomb = "\x1d*\xff\x20"s + std::string(255 * 8 * 32, '\xff');
  for (int i = 0; i < 100'000; ++i) bomb += "\x1d/\x03";
  write(bench.spool("a.escpos"), bomb + "\x1dVA\n"s + kText);
  bench.start(kOn);
  CHECK(bench.settled(2) ==
        Found{"its pictures are larger than a receipt's: more than 12000 rows, 5000000 dots, or 100000000 in the whole job",
              "2026-11-24/7"});
}

}  // namespace
}  // namespace greentill::detect::picture_source_test
