// SPDX-License-Identifier: Apache-2.0
// Programs as detectors, through the host and its confinement.
#include <signal.h>

#include "daemon/detect/detectors.hpp"
#include "tests/unit/detect/loaded_detectors.hpp"
#include "tests/unit/plugins/exec/programs.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using std::chrono::milliseconds;

struct Bench : LoadedDetectors {
  Programs programs;

  std::string load(const PluginSpec& spec) { return LoadedDetectors::load({spec}); }
  /// A script that greets and then answers each question by this.
  std::string load_answering(const std::string& answer) {
    return load(
        program_spec("script", "detector", {programs.script(kGreet + "while read -r question; do\n" + answer + "\ndone\n")}));
  }
  /// What is said, once something is found again.
  bool recovers() {
    return eventually([&] {
      clock.advance(milliseconds(100));
      return !found().empty();
    });
  }
};

/// Counts the questions: $n is the number of the call.
const std::string kFind =
    R"(n=$((${n:-0} + 1)); echo "{\"call\":$n,\"activities\":[{\"name\":\"found\",\"quantities\":{\"pieces\":1}}]}")";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("exec detector: the example in Python finds plant-based dishes") {
  Bench bench;
  PluginSpec spec = program_spec("plant-dish", "detector", {"/usr/bin/python3", example("plant_dish.py")});
  spec.configuration = "4711\n4712\n";
  REQUIRE(bench.load(spec) == "");
  event::Transaction sale;
  sale.issuer = "till";
  sale.event_id = "1";
  sale.lines = {{.sku = "4711", .name = "Lentil soup", .quantity_milli = 2000, .amount_minor = 500},
                {.sku = "1", .name = "Cake", .quantity_milli = 1000, .amount_minor = 300},
                {.sku = "4712", .name = "Tofu “grün”", .quantity_milli = 1000, .amount_minor = 200}};
  const auto found = bench.detectors->detect(sale).acts;
  REQUIRE(found.size() == 1);
  CHECK(found[0].activity.name == "dish.plantbased");
  CHECK(found[0].activity.quantities.at(0).unit == "pieces");
  CHECK(found[0].activity.quantities.at(0).value == 3);
  CHECK(found[0].plugin_name == "plant-dish");
  CHECK(found[0].plugin_version == "1.0.0");
  sale.lines.push_back({.sku = "4711", .name = "Lentil soup", .quantity_milli = -2000, .amount_minor = -500});
  CHECK(bench.detectors->detect(sale).acts.at(0).activity.quantities.at(0).value == 1);
  CHECK(bench.found(ticket("2")).empty());
  CHECK(bench.status().version == "1.0.0");
  CHECK(bench.status().faults == 0);
  CHECK(eventually([&] { return bench.log.has("plant-dish: looking for 2 SKUs"); }));
}

TEST_CASE("exec detector: what a program says of its configuration is what the operator reads") {
  Bench bench;
  const std::string why = bench.load(program_spec("plant-dish", "detector", {"/usr/bin/python3", example("plant_dish.py")}));
  CHECK_MESSAGE(has(why, "detector 'plant-dish': it says: the configuration must name one SKU a line"), why);
}

TEST_CASE("exec detector: a program that is not there, or cannot be run, is named") {
  Bench bench;
  CHECK(has(bench.load(program_spec("x", "detector", {"/nowhere/program"})),
            "/nowhere/program: it cannot be started: No such file"));
  const auto text = bench.programs.folder() / "text";
  std::ofstream(text) << "not a program";
  CHECK(has(bench.load(program_spec("x", "detector", {text.string()})), "it cannot be started: Permission denied"));
}

TEST_CASE("exec detector: the transaction arrives whole, without the account token") {
  Bench bench;
  event::Transaction trip;
  trip.issuer = "dock \"7\"";
  trip.event_id = "1\n2";
  trip.kind = event::TransactionKind::trip;
  trip.mode = "bike.shared";
  trip.begin = 1'760'000'000;
  trip.end = 1'760'000'600;
  trip.quantities = {{"m.odometer", 9'007'199'254'740'993}};
  trip.account_token = "secret-token";
  trip.attributes = {{"fare", "day"}};
  const std::string expected =
      R"({"call":1,"transaction":{"issuer":"dock \"7\"","event_id":"1\n2","kind":"trip","standing":"final","begin":1760000000,)"
      R"("end":1760000600,"mode":"bike.shared","quantities":{"m.odometer":9007199254740993},"attributes":{"fare":"day"}}})";
  REQUIRE(bench.load_answering("[ \"$question\" = '" + expected + "' ] || exit 9\n" + kFind) == "");
  CHECK_MESSAGE(bench.found(trip) == Names{"found"}, bench.status().last_fault);
}

TEST_CASE("exec detector: an error of one call is a fault, and the next call is asked") {
  Bench bench;
  REQUIRE(bench.load_answering(R"(n=$((${n:-0} + 1)); if [ $n = 1 ]; then echo '{"call":1,"error":"no such till"}'; else
    echo "{\"call\":$n,\"activities\":[{\"name\":\"found\",\"quantities\":{\"pieces\":1}},{\"name\":\"wrong\",\"quantities\":{\"pieces\":-1}}]}"; fi)") ==
          "");
  CHECK(bench.found().empty());
  CHECK(bench.status().last_fault == "no such till");
  CHECK(bench.status().state == "running");
  CHECK(bench.found() == Names{"found"});
  CHECK(bench.status().last_fault == "it emitted an activity beyond the limits: quantities[0].value: must not be negative");
}

const std::string kHang = "exec sleep 86397";
constexpr milliseconds kShort{1000};  // what a hang takes

struct Break {
  std::string answer;
  const char* fault;
};

const Break kBreaks[] = {
    {R"(echo '{"call":7,"activities":[]}')", "it answers another call than 1"},
    {R"(echo 'Traceback (most recent call last):')", "it wrote a line that is not of the protocol: byte 0: it is not JSON"},
    {R"(echo '[]')", "it wrote a line that is not of the protocol: it is not an object"},
    {R"(echo '{"call":1,"activities":[],"error":"x"}')", "it must hold activities or an error"},
    {R"(echo '{"call":1,"activities":[],"total":1}')", "'total' is not known"},
    {R"(printf '{"call":1,"activities":[]'; exit 3)",
     "it closed its standard output within a line; the program exited with status 3"},
    {"exit 3", "it closed its standard output; the program exited with status 3"},
    {"kill -SEGV $$", "it closed its standard output; the program was ended by signal 11"},
    {R"(head -c 2000000 /dev/zero | tr '\0' x)", "it wrote a line of more than 1048576 bytes"},
    {kHang, "one call took more than its budget of 1000 ms"},
};

TEST_CASE("exec detector: a program that breaks the conversation costs its own find alone, and is started again") {
  for (const Break& way : kBreaks) {
    CAPTURE(way.answer);
    Bench bench;
    // Wrong once: the second life, which the file remembers, answers well.
    const std::string flag = (bench.programs.folder() / "flag").string();
    PluginSpec spec =
        program_spec("script", "detector",
                     {bench.programs.script(kGreet + "while read -r question; do\nif mkdir " + flag +
                                            "/once 2>/dev/null; then\n" + way.answer + "\nelse\n" + kFind + "\nfi\ndone\n")});
    const bool hangs = way.answer == kHang;
    if (hangs) spec.budget = kShort;
    spec.grants.write = {flag};
    REQUIRE(bench.load(spec) == "");
    CHECK(bench.found().empty());
    CHECK_MESSAGE(has(bench.status().last_fault, way.fault), bench.status().last_fault);
    CHECK(bench.status().state == "restarting");
    CHECK(bench.recovers());
    // Of a short budget a busy machine may need more than one.
    if (!hangs) CHECK(bench.status().faults == 1);
  }
}

TEST_CASE("exec detector: one that ends between two sales costs neither") {
  Bench bench;
  REQUIRE(bench.load_answering(kFind + "; exit 0") == "");
  for (int i = 0; i < 5; ++i) {
    CHECK(bench.found() == Names{"found"});
    REQUIRE(eventually([] { return hosts().empty(); }));
  }
  CHECK(has(bench.status().last_fault, "it closed its standard output; the program exited with status 0"));
  CHECK(bench.status().faults == 4);
}

TEST_CASE("exec detector: nothing that a program started outlives it") {
  Bench bench;
  const std::string marker = "86399.0" + std::to_string(::getpid());
  // A child and a grandchild in the background, and in the question a child that it waits for.
  const std::string sleep = "sleep " + marker;
  PluginSpec spec = program_spec("script", "detector",
                                 {bench.programs.script("(" + sleep + "; :) & " + sleep + " &\n" + kGreet +
                                                        "while read -r question; do " + sleep + "; done\n")});
  spec.budget = kShort;
  REQUIRE(bench.load(spec) == "");
  const auto sleepers = [&] {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream in(entry.path() / "cmdline");
      const std::string line((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      if (line.rfind("sleep", 0) == 0 && line.find(marker) != std::string::npos) ++count;
    }
    return count;
  };
  CHECK(eventually([&] { return sleepers() == 2; }));
  CHECK(bench.found().empty());
  CHECK(has(bench.status().last_fault, "one call took more than its budget"));
  CHECK(eventually([&] { return sleepers() == 0; }));
}

TEST_CASE("exec detector: a program gets the environment of its configuration and no other") {
  Bench bench;
  PluginSpec spec = program_spec("script", "detector", {});
  ::setenv("GREENTILL_TEST_SECRET", "secret", 1);
  spec.environment = {{"TILL", "7"}};
  spec.program = {bench.programs.script(kGreet + R"(env >&2; while read -r question; do )" + kFind + "; done")};
  REQUIRE(bench.load(spec) == "");
  CHECK(bench.found() == Names{"found"});
  CHECK(eventually([&] { return bench.log.has("TILL=7"); }));
  CHECK_FALSE(bench.log.has("GREENTILL_TEST_SECRET"));
  CHECK_FALSE(bench.log.has("HOME"));
}

/// What a shell reports of the attempt in its standard error.
std::string attempt(const std::string& what, const std::string& command) {
  return "if " + command + " 2>/dev/null; then echo '" + what + " GOT THROUGH' >&2; else echo '" + what +
         " was refused' >&2; fi\n";
}

TEST_CASE("exec detector: a program reaches what it was granted, and nothing else") {
  Bench bench;
  const TempFolder granted;
  const TempFolder other;
  std::ofstream(granted.path() / "list") << "x\n";
  std::ofstream(other.path() / "secret") << "x\n";
  const std::string in = granted.path().string();
  const std::string out = other.path().string();
  PluginSpec spec = program_spec(
      "script", "detector",
      {bench.programs.script(
          kGreet + "while read -r question; do\n" + attempt("reading elsewhere", "cat " + out + "/secret") +
          attempt("listing elsewhere", "ls " + out) + attempt("reading passwords", "cat /etc/passwd") +
          attempt("writing elsewhere", "echo x > " + out + "/new") +
          attempt("writing what may be read", "echo x >> " + in + "/list") +
          attempt("ending the daemon", "kill -0 " + std::to_string(::getpid())) + attempt("ending its host", "kill -0 $PPID") +
          attempt("a socket", "/usr/bin/python3 -c 'import socket; socket.socket()'") +
          attempt("a session of its own", "setsid true") + attempt("more files", "ulimit -n 1000000") + "cat " + in +
          "/list >/dev/null && echo 'granted: read' >&2\n" + "echo y > " + in + "/out/new && mv " + in + "/out/new " + in +
          "/out/newer && echo 'granted: written' >&2\n" + kFind + "\ndone\n")});
  spec.grants.read = {in};
  spec.grants.write = {in + "/out"};
  REQUIRE(bench.load(spec) == "");
  CHECK(bench.found() == Names{"found"});
  CHECK(eventually([&] {
    (void)bench.found();
    return bench.log.has("granted: read") && bench.log.has("granted: written");
  }));
  CHECK(bench.log.count("was refused") >= 10);
  CHECK_MESSAGE(!bench.log.has("GOT THROUGH"), bench.log.text());
}

TEST_CASE("exec detector: memory, processes and files are limited") {
  Bench bench;
  PluginSpec spec =
      program_spec("script", "detector",
                   {"/usr/bin/python3", "-c",
                    "import json, os, sys\n"
                    "json.loads(sys.stdin.readline())\n"
                    "print(json.dumps({'protocol': 'greentill-exec-1', 'name': 'hungry', 'version': '1'}), flush=True)\n"
                    "call = json.loads(sys.stdin.readline())['call']\n"
                    "try:\n"
                    "    bytearray(200 << 20)\n"
                    "except MemoryError:\n"
                    "    print('memory was refused', file=sys.stderr)\n"
                    "kept = []\n"
                    "try:\n"
                    "    while True: kept.append(os.open('/dev/null', os.O_RDONLY))\n"
                    "except OSError:\n"
                    "    os.write(2, b'%d files\\n' % len(kept))\n"
                    "print(json.dumps({'call': call, 'activities': []}), flush=True)\n"
                    "sys.stdin.readline()\n"});
  spec.memory_bytes = 100u << 20;
  REQUIRE(bench.load(spec) == "");
  CHECK(bench.found().empty());
  CHECK(eventually([&] {
    (void)bench.found();
    return bench.log.has("files");
  }));
  CHECK_MESSAGE(eventually([&] { return bench.log.has("memory was refused"); }), bench.log.text());
  CHECK_MESSAGE(eventually([&] { return bench.log.has("125 files"); }), bench.log.text());
}

}  // namespace
}  // namespace greentill::detect
