// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/printer-relay/fixture.hpp"

namespace greentill::relay {
namespace {

using namespace test;
using Strings = std::vector<std::string>;

/// Names hold the time to the millisecond: a further one is then another.
void await_next_millisecond() {
  const auto now = [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); };
  const auto begin = now();
  REQUIRE(greentill::test::eventually([&] { return now() != begin; }));
}

TEST_CASE("spool: a file appears under its name when it is whole, and in the order of its begin") {
  SpoolFolder folder;
  const auto first = folder.spool->begin(1, 1);
  folder.spool->add(first, as_bytes("one"));
  await_next_millisecond();
  const auto second = folder.spool->begin(2, 1);
  folder.spool->add(second, as_bytes("two"));
  folder.spool->end(second, false);
  CHECK(folder.jobs(1) == Strings{"two"});
  await_next_millisecond();
  folder.spool->add(first, as_bytes(" and a half"));
  folder.spool->end(first, true);
  CHECK(folder.jobs(2) == Strings{"one and a half", "two"});
  CHECK(folder.last_names[0].ends_with("-00000001-00001-more.escpos"));
  CHECK(folder.last_names[1].ends_with("-00000002-00001-end.escpos"));
}

TEST_CASE("spool: a job without a byte leaves no file") {
  SpoolFolder folder;
  folder.spool->end(folder.spool->begin(1, 1), false);
  folder.spool.reset();
  CHECK(std::filesystem::is_empty(folder.folder.path()));
}

TEST_CASE("spool: what was queued when it ends is written") {
  SpoolFolder folder;
  const auto job = folder.spool->begin(1, 1);
  for (int i = 0; i < 1000; ++i) folder.spool->add(job, as_bytes("0123456789"));
  folder.spool->end(job, false);
  folder.spool.reset();
  CHECK(folder.jobs(1)[0].size() == 10'000);
}

TEST_CASE("spool: what a killed run left unfinished is taken up as a job that goes on") {
  greentill::test::TempDir folder;
  std::ofstream(folder / ".20261124T081500123Z-0a0b0c0d-00000007-00002.part") << "Coffee";
  std::ofstream(folder / "notes.part") << "not ours";
  KeptLog log;
  SpoolOptions options;
  options.folder = folder.path();
  const auto spool = Spool::start(options, log);
  REQUIRE(spool.ok());
  CHECK(read(folder / "20261124T081500123Z-0a0b0c0d-00000007-00002-more.escpos") == "Coffee");
  CHECK(std::filesystem::exists(folder / "notes.part"));
}

TEST_CASE("spool: a folder that is not there is told before anything is printed") {
  KeptLog log;
  SpoolOptions options;
  options.folder = "/nowhere/spool";
  const auto spool = Spool::start(options, log);
  REQUIRE(!spool.ok());
  CHECK(spool.error().message.starts_with("/nowhere/spool is not a folder"));
}

}  // namespace
}  // namespace greentill::relay
