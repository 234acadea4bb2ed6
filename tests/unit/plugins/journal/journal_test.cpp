// SPDX-License-Identifier: Apache-2.0
// The journal as the daemon runs it: in a child, its positions kept by whoever takes its records.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include "daemon/detect/lost_lives.hpp"
#include "tests/unit/detect/fixture.hpp"
#include "tests/unit/plugins/files.hpp"
#include "tests/unit/plugins/journal/decoding.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using journal::test::append;
using journal::test::kPlainHeader;
using journal::test::overwrite;
using Found = std::vector<std::string>;

std::string ride(int number) { return std::to_string(number) + ",08:00,08:10,900\n"; }

std::string rides(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) text += ride(i);
  return text;
}

Found numbers(int first, int last) {
  Found all;
  for (int i = first; i <= last; ++i) all.push_back(std::to_string(i));
  return all;
}

class Bench {
  TempFolder folder_;

 public:
  journal::test::Journals journal{folder_.path()};

  Bench() { overwrite(folder_.path() / "plain.toml", journal::test::kPlainMapping); }

  [[nodiscard]] std::string csv(bool once = false) const {
    return "path = \"" + journal().string() + "\"\nformat = \"csv\"\nmapping = \"plain\"\nmappings = \"" +
           folder_.path().string() + "\"\nonce = " + (once ? "true" : "false") + "\n";
  }
  [[nodiscard]] std::filesystem::path lost() const { return folder_.path() / "lost"; }
  void start(const std::string& configuration) {
    PluginSpec spec = patient_spec("rides", own_plugin("journal"), configuration);
    spec.lost_lives = lost();
    auto started = Sources::start({spec}, host_program(), sink, clock_, log);
    REQUIRE_MESSAGE(started.ok(), started.error().message);
    sources_ = std::move(*started);
  }
  void start() { start(csv()); }
  void stop() { sources_.reset(); }
  [[nodiscard]] PluginStatus status() const { return sources_->status()[0]; }

  /// Event ids of what was handed in, and "where: reason" of what was rejected.
  [[nodiscard]] Found found() const {
    Found all;
    for (const auto& kept : sink.kept()) all.push_back(kept.reason.empty() ? kept.event_id : kept.where + ": " + kept.reason);
    return all;
  }
  /// Waits until that many records are there, and the journal has looked for more and found nothing.
  Found settled(std::size_t count) {
    CHECK(eventually_later([&] { return sink.count() >= count && status().state == "running"; }));
    CHECK(have_looked_again());
    return found();
  }
  bool eventually_later(const std::function<bool()>& condition) {
    return eventually([&] {
      clock_.advance(std::chrono::milliseconds(100));
      return condition();
    });
  }

  RememberingSink sink;
  KeptLog log;

 private:
  FakeClock clock_;
  std::unique_ptr<Sources> sources_;
};

TEST_CASE("journal: rows are handed in as they are written, a half-written one when it is whole") {
  Bench bench;
  bench.start();
  CHECK(bench.settled(0).empty());
  append(bench.journal(), kPlainHeader + rides(1, 3) + "4,08:00,08:1");
  CHECK(bench.settled(3) == numbers(1, 3));
  append(bench.journal(), "0,9");
  CHECK(bench.settled(3) == numbers(1, 3));
  append(bench.journal(), "00\n" + ride(5));
  CHECK(bench.settled(5) == numbers(1, 5));
  CHECK(bench.sink.kept()[3].transaction.quantities[0].value == 900);
}

TEST_CASE("journal: what was durable is not handed in again after a restart, and nothing is left out") {
  Bench bench;
  overwrite(bench.journal(), "\n" + kPlainHeader + "\n" + rides(1, 2) + "x\n");
  bench.start();
  REQUIRE(bench.settled(3).size() == 3);
  bench.stop();
  append(bench.journal(), "y\n" + rides(3, 4));
  bench.start();
  CHECK(bench.settled(6) == Found{"1", "2", "trips.csv:6: it has 1 fields, the header has 4",
                                  "trips.csv:7: it has 1 fields, the header has 4", "3", "4"});
}

TEST_CASE("journal: a row that could not be stored is offered again") {
  Bench bench;
  overwrite(bench.journal(), kPlainHeader + rides(1, 3000));
  bench.sink.fail_at(1500, {ErrorCode::full, "no room on the disk"});
  bench.start();
  CHECK(bench.settled(3000) == numbers(1, 3000));
}

TEST_CASE("journal: renamed and begun anew, with rows still coming in the old file") {
  Bench bench;
  overwrite(bench.journal(), kPlainHeader + rides(1, 2));
  bench.start();
  REQUIRE(bench.settled(2) == numbers(1, 2));
  bench.journal.rename("", ".1");
  append(bench.journal(".1"), ride(3));
  REQUIRE(bench.settled(3) == numbers(1, 3));
  append(bench.journal(".1"), "5,08:0");
  append(bench.journal(), "metres,to,from,id\n900,08:10,08:00,4\n");
  CHECK(bench.settled(5) ==
        Found{"1", "2", "3", "trips.csv:5: the file was rotated before the end of this line was written", "4"});
}

TEST_CASE("journal: rotated several times while nobody read") {
  Bench bench;
  overwrite(bench.journal(), kPlainHeader + rides(1, 2));
  bench.start();
  REQUIRE(bench.settled(2) == numbers(1, 2));
  bench.stop();
  append(bench.journal(), ride(3));
  bench.journal.rename("", ".2");
  overwrite(bench.journal(".1"), kPlainHeader + rides(4, 5));
  overwrite(bench.journal(), kPlainHeader + rides(6, 7));
  journal::test::written_at(bench.journal(".2"), 1);
  journal::test::written_at(bench.journal(".1"), 2);
  bench.start();
  CHECK(bench.settled(7) == numbers(1, 7));
  bench.stop();
  bench.start();
  CHECK(bench.settled(7) == numbers(1, 7));
}

TEST_CASE("journal: copied and truncated, with rows that were not read before the truncation") {
  for (const bool running : {true, false}) {
    CAPTURE(running);
    Bench bench;
    overwrite(bench.journal(), kPlainHeader + rides(1, 2));
    bench.start();
    REQUIRE(bench.settled(2) == numbers(1, 2));
    bench.stop();
    append(bench.journal(), rides(3, 9000));  // more than is read at once
    // The journal is stopped by its window in the midst of the file while the file is rotated.
    if (running) {
      bench.sink.hold();
      bench.start();
      REQUIRE(eventually([&] { return bench.sink.held() > 0; }));
    }
    std::filesystem::copy(bench.journal(), bench.journal(".1"));
    overwrite(bench.journal(), kPlainHeader + rides(9001, 9100));
    journal::test::written_at(bench.journal(".1"), 1);
    if (running) {
      bench.sink.release();
    } else {
      bench.start();
    }
    CHECK(bench.settled(9100) == numbers(1, 9100));
  }
}

TEST_CASE("journal: truncated without a copy it starts with line 1 and says so") {
  Bench bench;
  overwrite(bench.journal(), kPlainHeader + rides(1, 3));
  bench.start();
  REQUIRE(bench.settled(3) == numbers(1, 3));
  overwrite(bench.journal(), kPlainHeader + "4,08:00,08:10,1\n");
  CHECK(bench.settled(4) == numbers(1, 4));
  CHECK(bench.log.has("it was truncated or written anew: starting with line 1"));
}

TEST_CASE("journal: when the file of its place is gone it starts with the journal's line 1 and says so") {
  Bench bench;
  overwrite(bench.journal(), kPlainHeader + rides(1, 2));
  bench.start();
  REQUIRE(bench.settled(2) == numbers(1, 2));
  bench.stop();
  std::filesystem::remove(bench.journal());
  overwrite(bench.journal(), kPlainHeader + ride(3));
  bench.start();
  CHECK(bench.settled(3) == numbers(1, 3));
  CHECK(bench.log.has("the file that was read last, or its content, is gone: starting with line 1"));
}

TEST_CASE("journal: read once, it ends behind a last row without its line end") {
  Bench bench;
  overwrite(bench.journal(), kPlainHeader + rides(1, 2) + "3,08:00,08:10,900");
  bench.start(bench.csv(true));
  REQUIRE(eventually([&] { return bench.status().state == "finished"; }));
  CHECK(bench.found() == numbers(1, 3));
  bench.stop();
  bench.start(bench.csv(true));
  REQUIRE(eventually([&] { return bench.status().state == "finished"; }));
  CHECK(bench.found() == numbers(1, 3));
}

TEST_CASE("journal: lines of JSON") {
  Bench bench;
  const std::string line =
      R"({"issuer":"till","event_id":"7","kind":"sale","begin":"2026-01-01T00:00:00Z","receipt_medium":"qr"})";
  overwrite(bench.journal(), line + "\nnonsense\n");
  bench.start("path = \"" + bench.journal().string() + "\"\nformat = \"ndjson\"\n");
  CHECK(bench.settled(2) == Found{"7", "trips.csv:2: it is not JSON from character 2 of the line on"});
  CHECK(bench.sink.kept()[0].transaction.receipt_medium == "qr");
}

TEST_CASE("journal: nothing that stands in a row that is rejected is written down with the reason") {
  Bench bench;
  overwrite(bench.journal(), kPlainHeader + "1,08:00,08:10,4111 1111 1111 1111\n");
  bench.start();
  CHECK(bench.settled(1) == Found{"trips.csv:2: column 'metres': it is no amount"});
}

TEST_CASE("journal: a card number that stands in a header is masked before anyone writes it down") {
  Bench bench;
  overwrite(bench.journal(), "id,from,to,4111 1111 1111 1111\n1,08:00,08:10,900\n");
  bench.start();
  REQUIRE(bench.eventually_later([&] { return bench.status().faults > 0; }));
  CHECK(bench.status().last_fault.find("it has 'id', 'from', 'to', '**** **** **** 1111'") != std::string::npos);
}

TEST_CASE("journal: a header that does not fit names the file, the line and the column, until it is mended") {
  Bench bench;
  overwrite(bench.journal(), "id,from,to\n1,08:00,08:10\n");
  bench.start();
  REQUIRE(bench.eventually_later([&] { return bench.status().faults > 0; }));
  CHECK(bench.status().last_fault.find("trips.csv:1: the header lacks the column 'metres'") != std::string::npos);
  CHECK(bench.sink.count() == 0);
  overwrite(bench.journal(), kPlainHeader + ride(1));
  CHECK(bench.settled(1) == numbers(1, 1));
}

TEST_CASE("journal: a wrong configuration is a fault that names the key") {
  const auto fault = [](const std::string& configuration) {
    Bench bench;
    bench.start(configuration);
    REQUIRE(bench.eventually_later([&] { return bench.status().faults > 0; }));
    const std::string text = bench.status().last_fault;
    return text.substr(0, text.find("; it "));
  };
  CHECK(fault("") == "journal:1:1: key 'path' is missing");
  CHECK(fault("path = \"x\"\nformat = \"xml\"\n") == "journal:2:10: key 'format' must be \"csv\" or \"ndjson\"");
  CHECK(fault("path = \"x\"\nformat = \"ndjson\"\nzone = \"Etc/UTC\"\n") ==
        "journal:3:8: key 'zone' goes with format = \"csv\" alone");
  CHECK(fault("path = \"x\"\nformat = \"csv\"\nmapping = \"../x\"\n") ==
        "journal:3:11: key 'mapping' must be the name of a file in the mappings folder");
  CHECK(fault("path = \"x\"\nformat = \"csv\"\nmapping = \"x\"\nmappings = \"/nowhere\"\n") ==
        "/nowhere/x.toml: cannot open: No such file or directory");
  CHECK(fault("path = \"x\"\nformat = \"ndjson\"\nfollow = true\n") == "journal:3:10: key 'follow' is not known here");
}

TEST_CASE("journal: a position that is none of its own stops it, instead of a whole file being read again") {
  Bench bench;
  overwrite(bench.journal(), kPlainHeader + ride(1));
  bench.sink.set_position("rides", "line 7");
  bench.start();
  REQUIRE(bench.eventually_later([&] { return bench.status().faults > 0; }));
  CHECK(bench.status().last_fault.find("the stored position is not one of this plugin") != std::string::npos);
  CHECK(bench.sink.count() == 0);
}

TEST_CASE("journal: a row over which three readers were lost is passed over with its place, and two do not do") {
  for (const int lives : {2, 3}) {
    CAPTURE(lives);
    Bench bench;
    const std::string before = kPlainHeader + rides(1, 2);
    overwrite(bench.journal(), before + rides(3, 5));
    struct stat status {};
    REQUIRE(::stat(bench.journal().c_str(), &status) == 0);
    LostLives lost(bench.lost(), "rides", bench.log);
    for (int i = 0; i < lives; ++i) {
      lost.lost(std::to_string(status.st_ino) + " " + std::to_string(before.size()), false, "it was ended by signal 11");
    }
    bench.start(bench.csv(true));
    REQUIRE(eventually([&] { return bench.status().state == "finished"; }));
    const std::string given_up =
        bench.journal().filename().string() + ":4: its reader was lost over it 3 times in a row: it was ended by signal 11";
    CHECK(bench.found() == (lives == 2 ? numbers(1, 5) : Found{"1", "2", given_up, "4", "5"}));
    CHECK_FALSE(std::filesystem::exists(bench.lost()));
  }
}

TEST_CASE("journal: no link is followed in its place") {
  Bench bench;
  const std::filesystem::path other = bench.journal().string() + "-other";
  overwrite(other, kPlainHeader + rides(1, 2));
  std::filesystem::create_symlink(other, bench.journal());
  bench.start();
  REQUIRE(eventually([&] { return bench.status().faults > 0; }));
  CHECK(bench.status().last_fault.find("it is a link, which is not followed here") != std::string::npos);
  CHECK(bench.found().empty());
}

}  // namespace
}  // namespace greentill::detect
