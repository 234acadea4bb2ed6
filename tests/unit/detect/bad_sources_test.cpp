// SPDX-License-Identifier: Apache-2.0
// Every way of a source to be broken that plugins/bad holds: what it handed in before is kept, once; the fault is named; it is
// started again; and the source beside it loses nothing.
#include <doctest/doctest.h>
#include <signal.h>

#include <set>

#include "tests/unit/detect/source_bench.hpp"

namespace greentill::detect::bad_sources_test {
namespace {

using namespace test;
using std::chrono::milliseconds;

// For what hangs, since the tests wait for it. A busy machine may use it up sooner than the plugin comes to hang: then that is
// tried again, as in a shop.
#ifdef GREENTILL_SANITIZED
constexpr milliseconds kShort{2000};
#else
constexpr milliseconds kShort{500};
#endif

milliseconds patience_for(const std::string& library, const std::string& configuration) {
  const bool hangs = library.starts_with("hang") || library == "deaf_to_full";
  return hangs && configuration != "destroy" ? kShort : milliseconds(kNoEnd);
}

struct Bench : SourceBench {
  std::unique_ptr<Sources> sources;
  milliseconds patience;

  explicit Bench(const std::string& library, const std::string& configuration = {})
      : patience(patience_for(library, configuration)) {
    PluginSpec bad = patient_spec("bad", test_plugin(library), configuration);
    bad.patience = patience;
    bad.memory_bytes = 64u << 20;
    sources = start_all({bad, patient_spec("good", test_plugin("c_source"), "100")});
  }
  [[nodiscard]] PluginStatus bad() const { return sources->status()[0]; }
  /// Waits until it has fallen so often, and once for this reason: a short patience may be used up sooner.
  bool falls(std::uint64_t faults, const std::string& why) {
    return eventually_later([&] { return bad().faults >= faults && (patience == kNoEnd || log.has(why)); }) && log.has(why);
  }
  /// The event ids that one of the two handed in, in order.
  [[nodiscard]] std::vector<std::string> kept(const std::string& issuer) const {
    std::vector<std::string> ids;
    for (const auto& one : sink.kept()) {
      if (one.transaction.issuer == issuer) ids.push_back(one.event_id);
    }
    return ids;
  }
  void check_the_other() {
    CHECK(eventually_later([&] { return sources->status()[1].state == "finished"; }));
    CHECK(kept("counter").size() == 100);
    CHECK(sources->status()[1].faults == 0);
  }
};

using Ids = std::vector<std::string>;

struct Way {
  const char* library;
  const char* fault;
};

constexpr Way kFatal[] = {
    {"crash", "was ended by signal 6"},
    {"leave", "exited with status 0"},
    {"throw", "was ended by signal 6"},
    {"memory_bomb", "was ended by signal"},
    {"hang", "did not return in its time and was ended"},
    {"write_socket", "a message of 2147483647 bytes is too long"},
    {"close_socket", "the other side is gone"},
};

std::vector<Way> fatal() {
  std::vector<Way> ways(std::begin(kFatal), std::end(kFatal));
#ifdef GREENTILL_SANITIZED
  // A sanitizer's shadow takes more memory than any plugin may.
  std::erase_if(ways, [](const Way& way) { return std::string_view(way.library) == "memory_bomb"; });
#endif
  return ways;
}

/// Waiting for one that hangs takes its time, so that once must do.
std::uint64_t faults_of(const Way& way) { return std::string_view(way.library) == "hang" ? 1 : 2; }

TEST_CASE("bad sources: whatever ends one in entry, create or start is named, and tried again after its back-off") {
  for (const char* place : {"entry", "create", "start"}) {
    for (const Way& way : fatal()) {
      CAPTURE(std::string(way.library) + " in " + place);
      Bench bench(std::string(way.library) + (std::string_view(place) == "entry" ? "_entry" : "_source"), place);
      CHECK_MESSAGE(bench.falls(faults_of(way), way.fault), bench.log.text());
      CHECK(bench.kept("bad").empty());
      bench.check_the_other();
    }
  }
}

TEST_CASE("bad sources: whatever ends one in poll, what it handed in before is kept once") {
  for (const Way& way : fatal()) {
    CAPTURE(std::string(way.library));
    Bench bench(std::string(way.library) + "_source", "poll");
    CHECK_MESSAGE(bench.falls(faults_of(way), way.fault), bench.log.text());
    CHECK(bench.eventually_later([&] { return !bench.kept("bad").empty(); }));
    CHECK(bench.kept("bad") == Ids{"1"});
    bench.check_the_other();
  }
}

TEST_CASE("bad sources: whatever ends one that is told what is durable, all its records are kept once in the end") {
  for (const Way& way : fatal()) {
    CAPTURE(std::string(way.library));
    Bench bench(std::string(way.library) + "_source", "durable");
    CHECK(bench.eventually_later([&] { return bench.bad().state == "finished"; }));
    CHECK_MESSAGE(bench.log.has(way.fault), bench.log.text());
    CHECK(bench.kept("bad") == Ids{"1", "2", "3"});
    bench.check_the_other();
  }
}

TEST_CASE("bad sources: one that hangs and blocks the watchdog's signal is ended by the daemon") {
  for (const char* place : {"start", "poll"}) {
    CAPTURE(std::string(place));
    Bench bench("hang_deaf_source", place);
    CHECK_MESSAGE(bench.falls(1, "it was stopped"), bench.log.text());
    bench.check_the_other();
  }
}

TEST_CASE("bad sources: what one does while it is destroyed touches nobody") {
  for (const char* library : {"crash_source", "throw_source", "hang_source", "leave_source"}) {
    CAPTURE(std::string(library));
    Bench bench(library, "destroy");
    CHECK(bench.eventually_later([&] { return bench.bad().state == "finished"; }));
    CHECK(bench.kept("bad") == Ids{"1", "2", "3"});
    CHECK(bench.bad().faults == 0);
    bench.check_the_other();
  }
}

TEST_CASE("bad sources: what was not granted is refused") {
  for (const char* library : {"fork_bomb", "steal_files", "steal_memory", "steal_network", "steal_powers", "leak_descriptors"}) {
    for (const char* place : {"create", "start", "poll"}) {
      CAPTURE(std::string(library) + " in " + place);
      Bench bench(std::string(library) + "_source", place);
      CHECK(bench.eventually_later([&] { return bench.bad().state == "finished"; }));
      CHECK(bench.log.has("was refused"));
      CHECK_MESSAGE(!bench.log.has("GOT THROUGH"), bench.log.text());
      CHECK(bench.kept("bad") == Ids{"1", "2", "3"});
    }
  }
}

TEST_CASE("bad sources: one that starts thousands of threads is ended, though it gives signs of life") {
  Bench bench("thread_bomb_source", "poll");
  CHECK_MESSAGE(bench.falls(1, "threads and processes, more than the 64 that a plugin may have"), bench.log.text());
  bench.check_the_other();
}

TEST_CASE("bad sources: a flood in the log is cut, and nothing is lost for it") {
  Bench bench("flood_log_source", "poll");
  CHECK(bench.eventually_later([&] { return bench.bad().state == "finished"; }));
  CHECK(bench.kept("bad") == Ids{"1", "2", "3"});
  CHECK(bench.log.count("bad: ") <= 2 * bench.ration.most());  // words and faults
  CHECK(bench.log.count("\x1b") == 0);
}

constexpr Way kLies[] = {
    {"long_position", "a position of more than 1024 bytes"},
    {"no_issuer", "issuer: must not be empty"},
    {"null_event_id", "event_id: is not there"},
    {"vast_event_id", "event_id: must be at most 128 bytes long"},
    {"small_transaction", "it is of another size than this ABI version's"},
    {"null_lines", "lines: must be an array of this ABI version's elements"},
    {"ends_before_it_begins", "end: must not be before begin"},
    {"unknown_kind", "kind: is not known"},
    {"negative_distance", "quantities[0].value: must not be negative"},
    {"text_in_latin_1", "mode: must be UTF-8"},
    {"itself_reversed", "reverses.event_id: must be another event's than event_id"},
};

TEST_CASE("bad sources: a record that lies is refused and named, and the next one taken") {
  for (const Way& way : kLies) {
    CAPTURE(std::string(way.library));
    Bench bench(way.library);
    const char* beyond = &way == kLies ? "" : "a transaction beyond the limits: ";
    CHECK(bench.eventually_later([&] { return bench.bad().state == "finished"; }));
    CHECK(bench.log.has(std::string("it handed in ") + beyond + way.fault));
    CHECK(bench.kept("liar") == Ids{"1"});
    CHECK(*bench.sink.position("bad") == "end");
    bench.check_the_other();
  }
}

TEST_CASE("bad sources: one that does not listen when there is no room is ended, and nothing is kept twice") {
  Bench bench("deaf_to_full");
  CHECK_MESSAGE(bench.falls(1, "did not return in its time"), bench.log.text());
  const std::vector<std::string> kept = bench.kept("deaf");
  CHECK(std::set<std::string>(kept.begin(), kept.end()).size() == kept.size());
  bench.check_the_other();
}

TEST_CASE("bad sources: one that writes frames of its own has no more of the daemon's memory than any other") {
  SourceBench bench;
  bench.sink.hold();
  PluginSpec bad = patient_spec("bad", test_plugin("own_frames"), "poll");
  SUBCASE("while nobody takes what it writes") {
    const auto sources = bench.start_all({bad});
    REQUIRE(eventually([&] { return bench.sink.held() > 1; }));
    REQUIRE(come_to_rest());
    CHECK(bench.sink.held() <= 4);  // the first ticket among them
    CHECK(hosts().size() == 1);
  }
  SUBCASE("nor when its own watchdog ends it for that") {
    bad.patience = kShort;
    const auto sources = bench.start_all({bad});
    REQUIRE(bench.eventually_later([&] { return bench.sink.held() > 0; }));
    REQUIRE(eventually([] { return hosts().empty(); }));
    CHECK(bench.sink.held() <= 4);
    bench.sink.release();
    CHECK(eventually([&] { return bench.log.has("did not return in its time"); }));
  }
}

TEST_CASE("bad sources: one that hands over much and reads nothing of what it is told meanwhile is taken to its end") {
  SourceBench bench;
  const auto sources = bench.start_all({patient_spec("bad", test_plugin("flood_frames"), "poll")});
  const bool is_taken = eventually([&] { return sources->status()[0].state == "finished"; });
  // Where each waits for the other to read, the end of one is the other's; else the test would not end either.
  for (const pid_t pid : hosts()) ::kill(pid, SIGKILL);
  CHECK_MESSAGE(is_taken, bench.sink.count());
  CHECK_MESSAGE(sources->status()[0].faults == 0, sources->status()[0].last_fault);
  CHECK(bench.sink.count() == 20'000);
}

}  // namespace
}  // namespace greentill::detect::bad_sources_test
