// SPDX-License-Identifier: Apache-2.0
// The source as the daemon runs it, in a child; and the whole way, from a till's connection to the transaction.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <set>

#include "daemon/detect/lost_lives.hpp"
#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"
#include "tests/unit/printer-relay/fixture.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using escpos::test::write;
using Found = std::vector<std::string>;
using namespace std::string_literals;

const std::string kCut = "\x1dV\x00"s;

std::string receipt(int number, const std::string& more = {}) {
  return "\x1b@Corner Cafe\nReceipt No " + std::to_string(number) + "\n24/11/2026 08:15\nCoffee   2.50\n" + more +
         "TOTAL   2.50\nCash   2.50\n";
}

std::string job_name(int connection, int part = 1, bool last = true) {
  return "20261124T081507000Z-0a0b0c0d-0000000" + std::to_string(connection) + "-0000" + std::to_string(part) +
         (last ? "-end" : "-more") + ".escpos";
}

/// It looks into its folder every 250 ms, and is called every 100.
constexpr std::uint64_t kTurnsALook = 4;

class Bench : public SourceBench {
  TempFolder folder_;

 public:
  [[nodiscard]] std::filesystem::path spool() const { return folder_.path(); }
  [[nodiscard]] std::string configuration(const std::string& more = {}) const {
    return "path = \"" + spool().string() +
           "\"\nissuer = \"till-1\"\nprofile = \"generic-en\"\nprofiles = \"" GREENTILL_SOURCE_DIR
           "/config/escpos\"\nzone = \"Europe/London\"\ncurrency = \"GBP\"\n" +
           more;
  }
  [[nodiscard]] std::filesystem::path lost() const { return folder_.path() / "lost"; }
  void start(const std::string& configuration) {
    PluginSpec spec = patient_spec("till", own_plugin("escpos"), configuration);
    spec.lost_lives = lost();
    sources_ = start_all({spec});
  }
  void start() { start(configuration()); }
  void stop() { sources_.reset(); }
  [[nodiscard]] PluginStatus status() const { return sources_->status()[0]; }

  [[nodiscard]] Found found() const {
    Found all;
    for (const auto& kept : sink.kept()) all.push_back(kept.reason.empty() ? kept.event_id : kept.where + ": " + kept.reason);
    return all;
  }
  /// Waits until that many records are there, and the source has looked for more and found nothing.
  Found settled(std::size_t count) {
    CHECK(eventually_later([&] { return sink.count() >= count && status().state == "running"; }));
    CHECK(have_looked_again(kTurnsALook));
    return found();
  }
  [[nodiscard]] Found files() const {
    Found names;
    for (const auto& entry : std::filesystem::directory_iterator(spool())) {
      if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  bool is_emptied() {
    return eventually_later([&] { return files().empty(); });
  }

 private:
  std::unique_ptr<Sources> sources_;
};

TEST_CASE("escpos source: a job's receipts are handed in, and the job goes when they are durable") {
  Bench bench;
  write(bench.spool() / job_name(1), receipt(1) + kCut + receipt(2) + kCut + "\x1bp0<x"s);
  write(bench.spool() / job_name(2), "\x1bp0<x"s);  // a drawer opened, nothing printed
  bench.start();
  CHECK(bench.settled(2) == Found{"2026-11-24/1", "2026-11-24/2"});
  CHECK(bench.is_emptied());
  const auto sale = bench.sink.kept()[0].transaction;
  CHECK(sale.issuer == "till-1");
  CHECK(sale.total_minor == 250);
  CHECK(sale.tender == "cash");
  CHECK(sale.currency == "GBP");
  CHECK(sale.receipt_medium == "paper");
  REQUIRE(sale.lines.size() == 1);
  CHECK(sale.lines[0].name == "Coffee");
}

TEST_CASE("escpos source: a job stays until it is durable, and is handed in again after a crash before that") {
  Bench bench;
  write(bench.spool() / job_name(1), receipt(1) + kCut + receipt(2) + kCut);
  bench.sink.hold();
  bench.start();
  REQUIRE(bench.eventually_later([&] { return bench.sink.held() == 2; }));
  CHECK(bench.files() == Found{job_name(1)});
  for (const pid_t host : hosts()) ::kill(host, SIGKILL);
  bench.stop();
  CHECK(bench.files() == Found{job_name(1)});
  bench.sink.release();
  bench.start();
  REQUIRE(bench.is_emptied());
  // Those that were held are stored by now as well; each is the same event as before, which counts once.
  for (const auto& kept : bench.sink.kept()) CHECK(kept.event_id.starts_with("2026-11-24/"));
}

TEST_CASE("escpos source: killed again and again, nothing is lost") {
  Bench bench;
  for (int i = 1; i <= 9; ++i)
    write(bench.spool() / job_name(i), receipt(3 * i) + kCut + receipt(3 * i + 1) + kCut + receipt(3 * i + 2));
  for (int round = 0; round < 5; ++round) {
    bench.start();
    REQUIRE(eventually([&] { return bench.sink.count() >= 5 * static_cast<std::size_t>(round); }));
    for (const pid_t host : hosts()) ::kill(host, SIGKILL);
    bench.stop();
  }
  bench.start();
  REQUIRE(bench.is_emptied());
  std::set<std::string> ids;
  for (const auto& kept : bench.sink.kept()) ids.insert(kept.event_id);
  CHECK(ids.size() == 27);
}

TEST_CASE("escpos source: a receipt in two files of a connection is read once it is whole") {
  Bench bench;
  const std::string whole = receipt(1) + kCut + receipt(2) + kCut;
  write(bench.spool() / job_name(1, 1, false), whole.substr(0, whole.size() - 40));
  bench.start();
  CHECK(bench.settled(1) == Found{"2026-11-24/1"});
  CHECK(bench.files().size() == 1);
  write(bench.spool() / job_name(1, 2, false), whole.substr(whole.size() - 40));
  CHECK(bench.settled(2) == Found{"2026-11-24/1", "2026-11-24/2"});
  CHECK(bench.is_emptied());
}

TEST_CASE("escpos source: without a cut a receipt of an open connection ends after a while") {
  Bench bench;
  write(bench.spool() / job_name(1, 1, false), receipt(1));
  bench.start(bench.configuration("wait_s = 2\n"));
  CHECK(bench.settled(1) == Found{"2026-11-24/1"});
  CHECK(bench.is_emptied());
}

TEST_CASE("escpos source: what cannot be used is rejected without what is printed on it, and the job is kept apart") {
  Bench bench;
  write(bench.spool() / job_name(1), "Jane Roe\n12.50\n" + kCut + receipt(7) + kCut);
  write(bench.spool() / job_name(2), std::string(1001, '\n') +
                                         "\x1b"
                                         "d\xff"s +
                                         std::string(200 * 3, '\n'));
  std::string endless;
  for (int i = 0; i < 100; ++i)
    endless +=
        "\x1b"
        "d\xff"s;
  write(bench.spool() / job_name(3), endless);
  bench.start();
  CHECK(bench.settled(3) ==
        Found{job_name(1) + ": receipt 1: no line begins with one of the profile's words for the total and has an amount",
              "2026-11-24/7", job_name(3) + ": receipt 1: the job feeds more than 20000 lines"});
  CHECK(bench.is_emptied());
  CHECK(std::filesystem::exists(bench.spool() / "failed" / job_name(1)));
  CHECK(!std::filesystem::exists(bench.spool() / "failed" / job_name(2)));
  CHECK(std::filesystem::exists(bench.spool() / "failed" / job_name(3)));
  CHECK(!bench.log.has("Jane"));
}

TEST_CASE("escpos source: a wrong configuration is a fault that names the key") {
  const auto fault = [](const std::string& configuration) {
    Bench bench;
    bench.start(configuration);
    REQUIRE(bench.eventually_later([&] { return bench.status().faults > 0; }));
    const std::string text = bench.status().last_fault;
    return text.substr(0, text.find("; it "));
  };
  const std::string profiles = "profiles = \"" GREENTILL_SOURCE_DIR "/config/escpos\"\n";
  CHECK(fault("") == "escpos:1:1: key 'path' is missing");
  CHECK(fault("path = \"/x\"\nissuer = \"\"\n") == "escpos:2:10: key 'issuer' must be 1 to 64 bytes");
  CHECK(fault("path = \"/x\"\nissuer = \"i\"\nprofile = \"none\"\nprofiles = \"/nowhere\"\n") ==
        "/nowhere/none.toml: cannot open: No such file or directory");
  CHECK(fault("path = \"/x\"\nissuer = \"i\"\nprofile = \"generic-en\"\n" + profiles) ==
        "escpos:1:1: key 'zone' is missing, and the profile names none: name one, such as Europe/London");
  CHECK(fault("path = \"/x\"\nissuer = \"i\"\nprofile = \"generic-de\"\ncurrency = \"euro\"\n" + profiles) ==
        "escpos:4:12: key 'currency' must be a code of ISO 4217: three capital letters, such as EUR");
  CHECK(fault("path = \"/nowhere\"\nissuer = \"i\"\nprofile = \"generic-de\"\n" + profiles) ==
        "/nowhere: the folder of print jobs cannot be read: No such file or directory");
}

TEST_CASE("escpos source: from the till's connection through relay and spool to transactions, the reader killed midway") {
  Bench bench;
  relay::SpoolOptions options;
  options.folder = bench.spool();
  relay::test::KeptLog spool_log;
  auto spool = relay::Spool::start(options, spool_log);
  REQUIRE(spool.ok());
  relay::test::Printer printer(relay::test::Printer::answer);
  relay::test::RunningRelay relay(printer.port(), spool->get());
  std::vector<std::string> printed;
  const auto print = [&](const std::string& job) {
    relay::test::Till till(relay.port());
    CHECK(till.send(job, 7));
    till.end_sending();
    CHECK(till.receive(job.size()) == relay::test::Printer::answer_to(job));
    printed.push_back(job);
  };
  bench.start();
  print(receipt(1) + kCut);
  CHECK(bench.settled(1) == Found{"2026-11-24/1"});
  for (const pid_t host : hosts()) ::kill(host, SIGKILL);
  bench.stop();
  print(receipt(2) + kCut + receipt(3) + kCut);
  for (const auto& [name, job] : relay::test::captures()) print(job);
  print(receipt(4));
  bench.start();
  REQUIRE(bench.is_emptied());
  Found sales;
  for (const auto& kept : bench.sink.kept()) {
    if (kept.reason.empty()) sales.push_back(kept.event_id);
  }
  const bool with_captures = printed.size() > 3;
  if (with_captures) {
    // Of the captures one is a sale: four items, 14.25.
    REQUIRE(sales.size() == 5);
    CHECK(sales[3].starts_with("2015-04-06/sha256:"));
    sales.erase(sales.begin() + 3);
  }
  CHECK(sales == Found{"2026-11-24/1", "2026-11-24/2", "2026-11-24/3", "2026-11-24/4"});
  CHECK(printer.received() == printed);
}

TEST_CASE("escpos source: a job or a receipt over which three readers were lost is refused, and what follows is read") {
  const std::string reason = "its reader was lost over it 3 times in a row: it was ended by signal 11";
  for (const bool whole : {true, false}) {
    CAPTURE(whole);
    Bench bench;
    LostLives lost(bench.lost(), "till", bench.log);
    for (int i = 0; i < 3; ++i) lost.lost(job_name(1) + (whole ? " 1" : " 1 2"), false, "it was ended by signal 11");
    write(bench.spool() / job_name(1), receipt(101) + kCut + receipt(102) + kCut + receipt(103) + kCut);
    write(bench.spool() / job_name(2), receipt(104) + kCut);
    bench.start();
    const Found all = bench.settled(whole ? 2 : 4);
    const std::string refused = job_name(1) + (whole ? ": receipt 1: " : ": receipt 2: ") + reason;
    CHECK(std::find(all.begin(), all.end(), refused) != all.end());
    CHECK(all.size() == (whole ? 2 : 4));
    CHECK(std::filesystem::exists(bench.spool() / "failed" / job_name(1)));
  }
}

}  // namespace
}  // namespace greentill::detect
