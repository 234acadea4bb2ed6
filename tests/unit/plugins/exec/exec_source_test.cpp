// SPDX-License-Identifier: Apache-2.0
// Programs as sources, through the host and its confinement.
#include <signal.h>

#include "daemon/detect/sources.hpp"
#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/exec/programs.hpp"

namespace greentill::detect::exec_source_test {
namespace {

using namespace test;
using std::chrono::milliseconds;

struct Bench : SourceBench {
  Programs programs;
  std::unique_ptr<Sources> sources;

  void start(const PluginSpec& spec) { sources = start_all({spec}); }
  void start_script(const std::string& text) { start(program_spec("script", "source", {programs.script(text)})); }
  [[nodiscard]] PluginStatus status() const { return sources->status()[0]; }
  bool finishes() {
    return eventually_later([&] { return status().state == "finished"; });
  }
  bool falls() {
    return eventually_later([&] { return status().faults > 0; });
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string record(const std::string& number) {
  return R"(echo '{"position":")" + number + R"(","transaction":{"issuer":"s","event_id":")" + number +
         R"(","kind":"ticket","begin":1760000000}}')" + "\n";
}
const std::string kFinish = R"(echo '{"finished":true}'; cat >/dev/null)";

TEST_CASE("exec source: the example in shell hands each line in once, through restarts, kills and half lines") {
  Bench bench;
  const TempFolder folder;
  const auto file = folder.path() / "rides.txt";
  const auto append = [&](const std::string& text) { std::ofstream(file, std::ios::app) << text; };
  std::string text = "1 1760000000 1760000600 2043\nnonsense\n3 1760000600 1760000700 -5\n";
  for (int i = 4; i <= 2000; ++i) text += std::to_string(i) + " 1760000000 1760000600 900\n";
  append(text + "2001 1760000000 17600");
  PluginSpec spec = program_spec("dock", "source", {example("dock.sh"), file.string()});
  spec.grants.read = {folder.path().string()};
  bench.start(spec);
  REQUIRE(bench.eventually_later([&] { return bench.sink.count() >= 700; }));
  for (const pid_t pid : hosts()) ::kill(pid, SIGKILL);
  REQUIRE(bench.eventually_later([&] { return bench.sink.count() >= 2000; }));
  append("00600 900\n");
  REQUIRE(bench.eventually_later([&] { return bench.sink.count() >= 2001; }));
  REQUIRE(come_to_rest());
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 2001);
  CHECK(kept[0].transaction.quantities.at(0).value == 2043);
  CHECK(kept[0].transaction.mode == "bike.shared");
  CHECK(kept[1].where == "rides.txt:2");
  CHECK(kept[2].reason == "it is no ride");
  for (std::size_t i = 3; i < kept.size(); ++i) REQUIRE(kept[i].event_id == std::to_string(i + 1));
  CHECK(kept.back().transaction.end == 1'760'000'600);
  CHECK(bench.status().version == "1.0.0");
}

TEST_CASE("exec source: the example says why it cannot read its file, and is tried again") {
  Bench bench;
  const TempFolder folder;
  const auto file = folder.path() / "rides.txt";
  PluginSpec spec = program_spec("dock", "source", {example("dock.sh"), file.string()});
  spec.grants.read = {folder.path().string()};
  bench.start(spec);
  REQUIRE(bench.falls());
  CHECK_MESSAGE(has(bench.status().last_fault, "it says: " + file.string() + " cannot be read"), bench.status().last_fault);
  std::ofstream(file) << "1 1760000000 1760000600 2043\n";
  CHECK(bench.eventually_later([&] { return bench.sink.count() == 1; }));
}

TEST_CASE("exec source: a transaction that cannot be used is rejected with the field and its line, and moves the position") {
  Bench bench;
  bench.start_script(
      kGreet + record("1") + R"(echo '{"position":"2","transaction":{"issuer":"s","event_id":"2","kind":"tiket","begin":1}}')" +
      "\n" + R"(echo '{"position":"3","transaction":{"issuer":"s","event_id":"3","kind":"sale","begin":1,"colour":"red"}}')" +
      "\n" + R"(echo '{"position":"4","reject":{"where":"a.txt:9","reason":"torn, card 4111111111111111"}}')" + "\n" +
      R"(echo '{"position":"5","leave_out":{"where":"a.txt:10","reason":"a van moved it"}}')" + "\n" +
      R"(echo '{"position":"6","where":"a.txt:11","transaction":{"issuer":"s","event_id":"6","kind":"sale","begin":1}}')" + "\n" +
      kFinish);
  REQUIRE(bench.finishes());
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 6);
  CHECK(kept[1].where == "line 2 of the program");
  CHECK(kept[1].reason == "kind: must be one of sale, trip, ticket, bill, charge, takeback, stay");
  CHECK(kept[2].reason == "colour: is not a field of this interface");
  CHECK(kept[3].where == "a.txt:9");
  CHECK(kept[3].reason == "torn, card ************1111");
  CHECK(kept[4].where == "a.txt:10");
  CHECK(kept[4].reason == "a van moved it");
  CHECK_FALSE(bench.log.has("a van moved it"));  // it is no warning
  CHECK(kept[5].event_id == "6");
  CHECK(kept[5].place == "a.txt:11");
  CHECK(*bench.sink.position("script") == "6");
}

TEST_CASE("exec source: a program is told what is durable, and what it may hand in ahead") {
  Bench bench;
  bench.start_script("read -r greeting; echo \"$greeting\" >&2\n" + kIntroduce + record("1") + record("2") +
                     "while read -r told; do echo \"$told\" >&2; [ \"$told\" = '{\"durable\":2}' ] && break; done\n" + kFinish);
  REQUIRE(bench.finishes());
  // What a program prints comes by a pipe of its own, and may be read behind the end of its records.
  const auto printed = [&](const char* line) { return bench.eventually_later([&] { return bench.log.has(line); }); };
  CHECK(printed(
      R"({"protocol":"greentill-exec-1","role":"source","configuration":"","position":"","window":1024,"lost_lives":0})"));
  CHECK(printed(R"({"durable":2})"));
}

TEST_CASE("exec source: no more than 1024 records are under way, and one that never reads what it is told goes on all the same") {
  Bench bench;
  bench.sink.hold();
  // awk writes faster than a shell.
  bench.start_script(
      kGreet +
      "exec awk 'BEGIN { for (i = 1; i <= 50000; ++i) printf "
      R"("{\"position\":\"%d\",\"transaction\":{\"issuer\":\"s\",\"event_id\":\"%d\",\"kind\":\"ticket\",\"begin\":1}}\n", i, i;)"
      R"( print "{\"finished\":true}"; fflush(); system("exec sleep 86398") }')");
  REQUIRE(bench.eventually_later([&] { return bench.sink.held() == 1024; }));
  REQUIRE(come_to_rest());
  CHECK(bench.sink.held() == 1024);
  bench.sink.release();
  REQUIRE(bench.finishes());
  CHECK(bench.sink.count() == 50'000);
  CHECK(bench.status().faults == 0);
}

TEST_CASE("exec source: a program that ends at the same place is told how often, and can pass it over") {
  Bench bench;
  bench.start_script("read -r greeting\n" + kIntroduce + "case \"$greeting\" in\n" + "*'\"position\":\"\"'*) " + record("1") +
                     "read -r told; exit 3;;\n" + "*'\"lost_lives\":3'*) " +
                     R"(echo '{"position":"2","reject":{"where":"row 2","reason":"it ends its reader"}}')" + "\n" + record("3") +
                     kFinish + ";;\n*) exit 3;;\nesac\n");
  REQUIRE(bench.finishes());
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].event_id == "1");
  CHECK(kept[1].reason == "it ends its reader");
  CHECK(kept[2].event_id == "3");
  CHECK(bench.status().faults == 4);
}

const std::string kTell = "read -r greeting; echo \"$greeting\" >&2\n";

/// How many programs were told of so many lost lives.
std::size_t told_of(const Bench& bench, int lives) { return bench.log.count("\"lost_lives\":" + std::to_string(lives) + "}"); }

TEST_CASE("exec source: an end before the program is ready, and one for a reason of its own, cost no life") {
  const std::string reason = R"(echo '{"error":"no disk"}'; exit 3)";
  for (const std::string& end : {std::string("exit 3"), reason, kIntroduce + reason}) {
    CAPTURE(end);
    Bench bench;
    bench.start_script(kTell + end + "\n");
    CHECK(bench.eventually_later([&] { return bench.status().faults >= 3 && told_of(bench, 0) >= 3; }));
    CHECK(told_of(bench, 1) == 0);
  }
  // Nor does it give back those that were lost before.
  Bench bench;
  bench.start_script(kTell + kIntroduce + "case \"$greeting\" in *'\"lost_lives\":0'*) exit 3;; esac\n" + reason + "\n");
  CHECK(bench.eventually_later([&] { return bench.status().faults >= 4 && told_of(bench, 1) >= 3; }));
  CHECK(told_of(bench, 0) == 1);
  CHECK(told_of(bench, 2) == 0);
}

/// Starts the script, which tells its process number, and ends it with the signal once it runs, after its host where `host_too`;
/// until a second one has been told of its lost lives.
void end_by_signal(Bench& bench, const std::string& script, int number, bool host_too) {
  const std::string mark = "program-pid=";
  bench.start_script(kTell + kIntroduce + "echo " + mark + "$$ >&2\n" + script);
  REQUIRE(bench.eventually_later([&] { return bench.status().state == "running" && bench.log.has(mark); }));
  const std::string log = bench.log.text();
  const pid_t program = std::stoi(log.substr(log.find(mark) + mark.size()));
  if (host_too) {
    for (const pid_t host : hosts()) ::kill(host, number);
  }
  REQUIRE(::kill(program, number) == 0);
  CHECK(bench.eventually_later([&] { return told_of(bench, 0) + told_of(bench, 1) >= 2; }));
}

TEST_CASE("exec source: a program that is asked to end, as a service's stop does, loses no life; one that crashes does") {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGSEGV}) {
    CAPTURE(number);
    Bench bench;
    end_by_signal(bench, "exec sleep 86397\n", number, false);
    CHECK(told_of(bench, 1) == (number == SIGSEGV ? 1 : 0));
  }
  Bench bench;
  end_by_signal(bench, "trap 'exit 0' TERM\nsleep 86397 >/dev/null &\nwait\n", SIGTERM, true);
  CHECK(told_of(bench, 1) == 0);
}

TEST_CASE("exec source: an argument that leads to the state folder is not granted, though links to programs are followed") {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path() / "state");
  std::filesystem::create_directory_symlink(folder.path() / "state", folder.path() / "settings");
  std::filesystem::create_symlink("/bin/sh", folder.path() / "shell");
  for (const bool swapped : {false, true}) {
    CAPTURE(swapped);
    Bench bench;
    const std::string script = bench.programs.script(kGreet + record("1") + kFinish);
    PluginSpec spec = program_spec("dock", "source", {folder.path() / "shell", script});
    if (swapped) spec.program.push_back(folder.path() / "settings");
    spec.secrets = {folder.path() / "state"};
    bench.start(spec);
    if (!swapped) {
      CHECK(bench.finishes());
      continue;
    }
    REQUIRE(bench.falls());
    CHECK_MESSAGE(has(bench.status().last_fault, "it leads to what no plugin may reach"), bench.status().last_fault);
  }
}

struct Break {
  std::string text;
  const char* fault;
};

const std::string kHang = "exec sleep 86397";

const Break kBreaks[] = {
    {"read -r greeting; exit 4", "it closed its standard output; the program exited with status 4"},
    {"read -r greeting; echo hello", "it wrote a line that is not of the protocol: byte 0: it is not JSON"},
    {R"(read -r greeting; echo '{"protocol":"greentill-exec-2","name":"a","version":"1"}')",
     "it speaks 'greentill-exec-2', not greentill-exec-1"},
    {R"(read -r greeting; echo '{"protocol":"greentill-exec-1","name":"","version":"1"}')", "name and version must not be empty"},
    {R"(read -r greeting; echo '{"protocol":"greentill-exec-1","name":"a name that is longer than a claim holds","version":"1"}')",
     "'name' is longer than 32 bytes"},
    {kHang, "did not return in its time and was ended"},
};

TEST_CASE("exec source: a program that does not introduce itself is ended and named") {
  for (const Break& way : kBreaks) {
    CAPTURE(way.text);
    Bench bench;
    PluginSpec spec = program_spec("script", "source", {bench.programs.script(way.text)});
    if (way.text == kHang) spec.patience = milliseconds(1000);
    bench.start(spec);
    CHECK(bench.falls());
    // A busy machine may use the short time up before the program is there: then it is tried again.
    if (way.text == kHang) CHECK(bench.eventually_later([&] { return bench.log.has(way.fault); }));
    CHECK_MESSAGE(bench.log.has(way.fault), bench.log.text());
  }
}

const Break kLaterBreaks[] = {
    {R"(echo '{"position":"2"}')", "it must hold one of transaction, reject, leave_out"},
    {R"(echo '{"transaction":{}}')", "'position' is missing"},
    {R"(echo '{"position":2,"transaction":{}}')", "'position' must be a text"},
    {R"(echo '{"finished":false}')", "'finished' must be true"},
    {R"(echo '{"position":"2","position":"3","transaction":{}}')", "a name occurs twice in one of its objects"},
    {R"(printf '{"position":"%01025d","transaction":{}}\n' 0)", "'position' is longer than 1024 bytes"},
    {R"(printf '\377\n')", "it is not JSON"},
    {R"(echo '{"error":"the till is off"}')", "it says: the till is off"},
    {"exit 0", "the program exited with status 0"},  // found by reading or by writing, whichever comes first
};

TEST_CASE("exec source: a program that breaks the conversation is started again from its last durable position") {
  for (const Break& way : kLaterBreaks) {
    CAPTURE(way.text);
    Bench bench;
    bench.start_script("read -r greeting\n" + kIntroduce + "case $greeting in *'\"position\":\"\"'*)\n" + record("1") + way.text +
                       "\nread -r told\n;; *'\"position\":\"1\"'*)\n" + record("2") + kFinish + "\n;; esac\n");
    REQUIRE(bench.finishes());
    CHECK_MESSAGE(has(bench.status().last_fault, way.fault), bench.status().last_fault);
    const auto kept = bench.sink.kept();
    REQUIRE(kept.size() == 2);
    CHECK(kept[1].event_id == "2");
  }
}

TEST_CASE("exec source: what a program prints to its standard error is cut, made readable and rationed") {
  Bench bench;
  bench.start_script(kGreet + "printf 'red \\033[31m \\377 card 4111111111111111\\n' >&2\n" +
                     "head -c 3000 /dev/zero | tr '\\0' x >&2; echo >&2\n" +
                     "i=0; while [ $i -lt 5000 ]; do echo flood >&2; i=$((i + 1)); done\n" + "printf 'the last words' >&2\n" +
                     record("1") + "exit 5\n");
  REQUIRE(bench.falls());
  CHECK_MESSAGE(bench.eventually_later([&] { return bench.log.has("script: red ?[31m ? card ************1111"); }),
                bench.log.text());
  CHECK(bench.log.count(std::string(512, 'x')) == 1);
  CHECK(bench.log.count(std::string(513, 'x')) == 0);
  CHECK(bench.log.count("flood") <= bench.ration.most());
  bench.sources.reset();
  CHECK(hosts().empty());
}

TEST_CASE("exec source: it and its program end with the daemon's part, which does not wait for them") {
  Bench bench;
  bench.start_script(kGreet + record("1") + "sleep 86398\n");
  REQUIRE(bench.eventually_later([&] { return bench.sink.count() == 1; }));
  bench.sources.reset();
  CHECK(hosts().empty());
}

}  // namespace
}  // namespace greentill::detect::exec_source_test
