// SPDX-License-Identifier: Apache-2.0
// Every way of a detector to be broken that plugins/bad holds: the sale goes on with what the other detector found, the fault is
// named, and the broken one is started again.
#include <doctest/doctest.h>

#include "tests/unit/detect/loaded_detectors.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using std::chrono::milliseconds;

// What hangs takes as long, and is given no more than it needs to come so far.
constexpr milliseconds kShort{400};

struct Bench : LoadedDetectors {
  LineRation ration;
  milliseconds budget = kNoEnd;
  milliseconds patience = kNoEnd;

  /// The broken one first, then one that is right. Why they could not be loaded, or nothing.
  std::string load(const std::string& library, const std::string& configuration = {}, bool isolated = true) {
    PluginSpec bad{"bad", test_plugin(library), configuration, isolated, budget};
    bad.patience = patience;
    bad.memory_bytes = 64u << 20;
    const PluginSpec good{"good", test_plugin("c_detector"), "good", false, kNoEnd};
    return LoadedDetectors::load({bad, good});
  }
  [[nodiscard]] PluginStatus bad() const { return status(); }
};

/// A library, and a part of what is said of it.
struct Way {
  const char* library;
  const char* fault;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr Way kFatal[] = {
    {"crash", "was ended by signal 6"},
    {"leave", "exited with status 0"},
    {"throw", "was ended by signal 6"},
    {"memory_bomb", "was ended by signal"},
    {"write_socket", "a message of 2147483647 bytes is too long"},
    {"close_socket", "the other side is gone"},
};

TEST_CASE("bad detectors: whatever ends or corrupts one in a call costs the sale nothing else, is named, and it starts again") {
  for (const Way& way : kFatal) {
    CAPTURE(std::string(way.library));
    Bench bench;
#ifdef GREENTILL_SANITIZED
    // A sanitizer's shadow takes more memory than any plugin may: nothing but its budget would end it there.
    if (std::string_view(way.library) == "memory_bomb") continue;
#endif
    REQUIRE(bench.load(std::string(way.library) + "_detector", "detect") == "");
    CHECK(bench.found() == Names{"good"});
    CHECK(bench.bad().state == "restarting");
    CHECK_MESSAGE(has(bench.bad().last_fault, way.fault), bench.bad().last_fault);
    CHECK(bench.bad().faults == 1);
    CHECK(bench.found() == Names{"good"});
    CHECK(bench.bad().faults == 1);  // it waits out its back-off
    CHECK(eventually([&] {
      bench.clock.advance(milliseconds(100));
      return bench.found() == Names{"good"} && bench.bad().faults == 2;
    }));
  }
}

TEST_CASE("bad detectors: one that does not return costs its budget, also where it is deaf to signals") {
  for (const char* library : {"hang_detector", "hang_deaf_detector"}) {
    CAPTURE(std::string(library));
    Bench bench;
    bench.budget = kShort;
    REQUIRE(bench.load(library, "detect") == "");
    CHECK(bench.found() == Names{"good"});
    CHECK(has(bench.bad().last_fault, "one call took more than its budget of 400 ms; it was stopped"));
  }
}

TEST_CASE("bad detectors: one that fails in its first calls is refused with what happened") {
  for (const char* place : {"entry", "create"}) {
    for (const Way& way : kFatal) {
      CAPTURE(std::string(place) + " " + way.library);
#ifdef GREENTILL_SANITIZED
      if (std::string_view(way.library) == "memory_bomb") continue;
#endif
      Bench bench;
      const bool in_entry = std::string_view(place) == "entry";
      const std::string why = bench.load(std::string(way.library) + (in_entry ? "_entry" : "_detector"), place);
      CHECK_MESSAGE(has(why, "detector 'bad': "), why);
      CHECK_MESSAGE(has(why, way.fault), why);
    }
    Bench bench;
    bench.patience = kShort;
    const std::string suffix = std::string_view(place) == "entry" ? "_entry" : "_detector";
    // A busy machine may use the time up before the plugin comes to hang: then it is tried again.
    const auto is_refused = [&](const std::string& library, const std::string& why) {
      return eventually([&] { return has(bench.load(library + suffix, place), why); });
    };
    CHECK(is_refused("hang", "it did not return in its time and was ended"));
    CHECK(is_refused("hang_deaf", "it did not start in its time; it was stopped"));
  }
}

TEST_CASE("bad detectors: what one does while it is destroyed touches nobody") {
  for (const char* library : {"crash_detector", "throw_detector", "hang_detector", "leave_detector"}) {
    Bench bench;
    REQUIRE(bench.load(library, "destroy") == "");
    CHECK(bench.found() == Names{"bad", "good"});
    bench.detectors.reset();  // which waits for none of them: one of them hangs for ever
    CHECK(hosts().empty());
  }
}

TEST_CASE("bad detectors: what was not granted is refused, whether in the first call or later") {
  for (const char* library : {"fork_bomb", "steal_files", "steal_memory", "steal_network", "steal_powers", "leak_descriptors"}) {
    for (const char* place : {"create", "detect"}) {
      CAPTURE(std::string(library) + " in " + place);
      Bench bench;
      REQUIRE_MESSAGE(bench.load(std::string(library) + "_detector", place) == "", bench.log.text());
      CHECK(bench.found() == Names{"bad", "good"});
      CHECK(bench.log.has("was refused"));
      CHECK_MESSAGE(!bench.log.has("GOT THROUGH"), bench.log.text());
    }
  }
  CHECK_FALSE(std::filesystem::exists("/tmp/greentill-bad-plugin"));
}

TEST_CASE("bad detectors: a flood in the log is cut, counted and made readable") {
  Bench bench;
  REQUIRE(bench.load("flood_log_detector", "detect") == "");
  CHECK(eventually([&] { return bench.found() == Names{"bad", "good"}; }));
  CHECK(eventually([&] {
    (void)bench.found();
    return bench.log.has("lines were left out here");
  }));
  CHECK(bench.log.count("bad: ") <= 2 * bench.ration.most());  // words and faults
  CHECK(bench.log.count("\x1b") == 0);
}

constexpr Way kRefused[] = {
    {"no_entry", "it does not export gt_plugin_entry"},
    {"wrong_version", "it declines ABI version 1: this plugin needs ABI version 7"},
    {"other_version", "it answers with ABI version 2, which was not offered"},
    {"no_table", "its table is not complete"},
    {"small_table", "its table is not complete"},
    {"small_detector", "its table is not complete"},
    {"neither", "its table is not complete, or not of one detector or one source"},
    {"both", "its table is not complete, or not of one detector or one source"},
    {"null_function", "its table is not complete"},
    {"null_name", "its name or version is not 1 to 32 bytes of UTF-8"},
    {"long_name", "its name or version is not 1 to 32 bytes of UTF-8"},
    {"name_in_latin_1", "its name or version is not 1 to 32 bytes of UTF-8"},
};

TEST_CASE("bad detectors: what is no plugin of this ABI is refused with the reason, in process as in a child") {
  for (const Way& way : kRefused) {
    for (const bool isolated : {false, true}) {
      CAPTURE(std::string(way.library));
      Bench bench;
      const std::string why = bench.load(way.library, {}, isolated);
      CHECK_MESSAGE(has(why, way.fault), why);
      CHECK_MESSAGE(has(why, std::string(way.library) + ".so"), why);
    }
  }
}

constexpr Way kLies[] = {
    {"negative", "quantities[0].value: must not be negative"},
    {"least_integer", "quantities[0].value: must not be negative"},
    {"not_utf8", "name: must be UTF-8"},
    {"overlong_utf8", "name: must be UTF-8"},
    {"null_quantities", "quantities: must be an array of this ABI version's elements"},
    {"no_quantities", "quantities: must not be empty"},
    {"million_quantities", "quantities: must be at most 8"},
    {"small_quantity", "quantities: must be an array of this ABI version's elements"},
    {"odd_quantity", "quantities: must be an array of this ABI version's elements"},
    {"null_unit", "quantities[0].unit: is not there"},
    {"long_name_of_act", "name: must be at most 32 bytes long"},
    {"small_activity", "it is of another size than this ABI version's"},
    {"line_not_there", "line: must be one of the transaction's"},
    {"null_evidence", "evidence: is not there"},
    {"vast_evidence", "evidence: must be at most 16384 bytes long"},
};

TEST_CASE("bad detectors: a lie is dropped and named, and what else the call found stands, in process as in a child") {
  for (const Way& way : kLies) {
    for (const bool isolated : {false, true}) {
      CAPTURE(std::string(way.library));
      Bench bench;
      REQUIRE(bench.load(way.library, {}, isolated) == "");
      CHECK(bench.found() == Names{"right", "good"});
      CHECK(bench.bad().last_fault == std::string("it emitted an activity beyond the limits: ") + way.fault);
      CHECK(bench.bad().state == "running");
    }
  }
}

TEST_CASE("bad detectors: of ten thousand acts in one sale 64 are taken") {
  for (const bool isolated : {false, true}) {
    Bench bench;
    REQUIRE(bench.load("ten_thousand", {}, isolated) == "");
    CHECK(bench.found().size() == 64 + 1);
    CHECK(bench.bad().last_fault == "it emitted more than 64 activities for one transaction");
    CHECK(bench.bad().faults == 1);
  }
}

}  // namespace
}  // namespace greentill::detect
