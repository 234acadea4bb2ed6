// SPDX-License-Identifier: Apache-2.0
// A folder source in this process, stopped wherever it can be.
#include <doctest/doctest.h>

#include "tests/unit/plugins/common/folder/folder_bench.hpp"

namespace greentill::plugin {
namespace {

using namespace test;

const std::string kOnce = "once = true\n";

void drop_three(const DropFolder& folder) {
  folder.drop("a", "1\nbad\n2\n");
  folder.drop("b", "-\n3\n-\nbroken\n4\n");
  folder.drop("c", "5\n6\n");
}
const Texts kThree{"1", "a: record 2: it is bad", "2", "3", "b: what follows is broken", "5", "6"};

void check_three_moved(const DropFolder& folder) {
  CHECK(folder.names().empty());
  CHECK(folder.names("done") == Texts{"a", "c"});
  CHECK(folder.names("failed") == Texts{"b", "b.reason.txt"});
  CHECK(folder.text("failed/b.reason.txt") == "what follows is broken\n");
}

TEST_CASE("folder: files are read by name, and moved once their records are durable") {
  const DropFolder folder;
  drop_three(folder);
  SmallHost host;
  host.start(folder.configuration(kOnce));
  for (int i = 0; i < 20; ++i) host.poll();
  CHECK(host.taken.size() == kThree.size());
  CHECK(folder.names() == Texts{"a", "b", "c"});
  host.store(2);
  host.poll();
  CHECK(folder.names() == Texts{"a", "b", "c"});
  host.store(3);
  host.poll();
  CHECK(folder.names() == Texts{"b", "c"});
  REQUIRE(host.run());
  CHECK(host.texts() == kThree);
  check_three_moved(folder);
}

// Every place at which it can be killed: after so many records were taken, of which so many were stored, with the source told of
// it or not, and after one more poll, which moves files, or none; and a second time likewise.
TEST_CASE("folder: killed at any place, it goes on without a gap and without a repeat") {
  for (std::size_t taken = 0; taken <= kThree.size(); ++taken) {
    for (std::size_t stored = 0; stored <= taken; ++stored) {
      for (const bool told : {false, true}) {
        CAPTURE(taken);
        CAPTURE(stored);
        CAPTURE(told);
        const DropFolder folder;
        drop_three(folder);
        SmallHost host;
        for (int life = 0; life < 2; ++life) {
          host.start(folder.configuration());
          host.window = taken;
          for (int i = 0; i < 3; ++i) host.poll(std::chrono::milliseconds(1));
          host.store(std::min(stored, host.taken.size()), told);
          if (told) host.poll(std::chrono::milliseconds(1));
          host.kill();
        }
        host.window = SIZE_MAX;
        host.start(folder.configuration(kOnce));
        REQUIRE(host.run());
        REQUIRE(host.texts() == kThree);
        check_three_moved(folder);
      }
    }
  }
}

TEST_CASE("folder: a file that comes before the one it was killed in does not make it forget that one") {
  const DropFolder folder;
  folder.drop("m", "1\n2\n3\n");
  folder.drop("n", "4\n5\n");
  SmallHost host;
  host.start(folder.configuration());
  for (int i = 0; i < 10; ++i) host.poll();
  host.store(4, false);  // all of m, which is not moved, and one of n
  host.kill();
  folder.drop("a", "0\n");
  host.start(folder.configuration());
  host.window = 2;
  for (int i = 0; i < 10; ++i) host.poll();
  host.store(1, false);
  host.kill();
  host.window = SIZE_MAX;
  host.start(folder.configuration(kOnce));
  REQUIRE(host.run());
  CHECK(host.texts() == Texts{"1", "2", "3", "4", "5", "0"});
}

TEST_CASE("folder: another file under the name of one that was read in part is read from its begin") {
  const DropFolder folder;
  folder.drop("a", "1\n2\n3\n");
  SmallHost host;
  host.start(folder.configuration());
  host.poll();
  host.store(2);
  host.kill();
  SUBCASE("written over") { folder.drop("a", "7\n8\n9\n"); }
  SUBCASE("written over within the same second, with the same size") { folder.write("a", "7\n8\n9\n"); }
  SUBCASE("renamed over") {
    folder.drop(".new", "7\n8\n9\n");
    std::filesystem::rename(folder.path() / ".new", folder.path() / "a");
  }
  host.start(folder.configuration("once = true\nsettle_ms = 0\n"));
  REQUIRE(host.run());
  CHECK(host.texts() == Texts{"1", "2", "7", "8", "9"});
}

TEST_CASE("folder: a file that is replaced while it waits to be moved is not lost") {
  const DropFolder folder;
  folder.drop("a", "1\n");
  SmallHost host;
  host.start(folder.configuration(kOnce));
  host.poll();
  folder.write("a", "2\n");
  folder.written_ago("a", 30);
  REQUIRE(host.run());
  CHECK(host.texts() == Texts{"1", "2"});
  CHECK(folder.text("done/a") == "2\n");
}

TEST_CASE("folder: a file that grows while it is read is read again when it is still, and does not fail") {
  const DropFolder folder;
  folder.drop("a", "1\n2\n");
  SmallHost host;
  host.window = 1;
  host.start(folder.configuration("once = true\nsettle_ms = 50\n"));
  host.poll();
  folder.append("a", "3\n");
  host.window = SIZE_MAX;
  REQUIRE(host.run());
  CHECK(host.texts() == Texts{"1", "2", "3", "1", "2", "3"});
  CHECK(folder.names("done") == Texts{"a"});
}

TEST_CASE("folder: more small files than one position can name") {
  const DropFolder folder;
  Texts ids;
  for (int i = 100; i < 300; ++i) {
    ids.push_back(std::to_string(i));
    folder.drop("f" + ids.back(), ids.back() + "\n");
  }
  SmallHost host;
  host.start(folder.configuration(kOnce));
  while (host.taken.size() < 20) host.poll();
  for (const Record& record : host.taken) CHECK(record.position.size() <= 1024);
  host.store(host.taken.size(), false);
  host.kill();
  host.start(folder.configuration(kOnce));
  REQUIRE(host.run());
  CHECK(host.texts() == ids);
  CHECK(folder.names().empty());
}

TEST_CASE("folder: the same file dropped in again gives the same records, and a name that is taken in done gets a number") {
  const DropFolder folder;
  SmallHost host;
  for (int i = 0; i < 3; ++i) {
    folder.drop("a.xml", "1\n");
    host.start(folder.configuration(kOnce));
    REQUIRE(host.run());
    host.kill();
  }
  CHECK(host.texts() == Texts{"1", "1", "1"});
  CHECK(folder.names("done") == Texts{"a.xml", "a.xml.2", "a.xml.3"});
}

TEST_CASE("folder: a record beyond the limits of a transaction is rejected, and the rest goes on") {
  const DropFolder folder;
  folder.drop("a", std::string(200, 'x') + "\n1\n");
  SmallHost host;
  host.start(folder.configuration(kOnce));
  REQUIRE(host.run());
  CHECK(host.texts() == Texts{"a: record 1: event_id: must be at most 128 bytes long", "1"});
}

TEST_CASE("folder: files without records, too large or not readable") {
  const DropFolder folder;
  folder.drop("empty", "");
  folder.drop("large", std::string((1u << 20) + 1, 'x'));
  folder.drop("next", "1\n");
  SmallHost host;
  host.start(folder.configuration(kOnce));
  REQUIRE(host.run());
  CHECK(host.texts() == Texts{"large: it has 1048577 bytes, more than max_file_mb = 1 allows", "1"});
  CHECK(folder.names("done") == Texts{"empty", "next"});
  CHECK(folder.names("failed") == Texts{"large", "large.reason.txt"});
}

TEST_CASE("folder: a position as it is written is read back, and one of another source is refused") {
  const FolderPlace place{7, {4711, "0123456789abcdef"}, {{1, "00000000ffffffff"}, {2, "89abcdef01234567"}}};
  CHECK(place.text() == "f1 7 4711:0123456789abcdef 1:00000000ffffffff 2:89abcdef01234567");
  const auto read = FolderPlace::parse(place.text());
  REQUIRE(read);
  CHECK(read->records == 7);
  CHECK(read->current == place.current);
  CHECK(read->whole == place.whole);
  for (const char* wrong : {"", "f1", "f1 7", "j1 7 1:0123456789abcdef", "f1 x 1:0123456789abcdef", "f1 7 0123456789abcdef",
                            "f1 7 1:0123456789abcde", "f1 7 1:0123456789abcdeg", "f1 7 1:0123456789abcdef x"}) {
    CAPTURE(wrong);
    CHECK(!FolderPlace::parse(wrong));
  }
}

TEST_CASE("folder: a wrong configuration names the key") {
  const DropFolder folder;
  SmallHost host;
  const auto error = [&](const std::string& configuration) -> std::string {
    try {
      host.start(configuration);
    } catch (const std::runtime_error& thrown) {
      return thrown.what();
    }
    return "none";
  };
  CHECK(error("") == "lines:1:1: key 'path' is missing");
  CHECK(error("path = \"x\"\n") == "lines:1:8: key 'path' must be an absolute path");
  CHECK(error(folder.configuration("done = \"\"\n")) == "lines:2:8: key 'done' must be another folder than path");
  CHECK(error(folder.configuration("failed = \"done/..\"\n")) == "lines:2:10: key 'failed' must be another folder than path");
  CHECK(error(folder.configuration("settle_ms = -1\n")) ==
        "lines:2:13: key 'settle_ms' must be a whole number from 0 to 3600000");
  CHECK(error(folder.configuration("other = 1\n")) == "lines:2:9: key 'other' is not known here");
  CHECK(error("path = \"/nowhere/at/all\"\n") == "/nowhere/at/all: there is no such folder: make it, or correct the key 'path'");
  CHECK(error(folder.configuration("own = 1\n")) == "none");
}

TEST_CASE("folder: a file over which three readers were lost is rejected behind what is durable of it, and two do not do") {
  for (const std::uint32_t lives : {2u, 3u}) {
    CAPTURE(lives);
    const DropFolder folder;
    folder.drop("a", "1\n2\n3\n");
    folder.drop("b", "4\n");
    SmallHost host;
    host.start(folder.configuration(kOnce));
    host.window = 2;
    for (int i = 0; i < 3; ++i) host.poll();
    host.store(2, false);
    CHECK_FALSE(host.attempt.empty());
    host.lost = host.attempt;
    host.lives = lives;
    host.kill();
    host.window = SIZE_MAX;
    host.start(folder.configuration(kOnce));
    REQUIRE(host.run());
    CHECK(host.attempt.empty());
    const Texts given_up{"1", "2", "a: its reader was lost over it 3 times in a row: it was ended by signal 11", "4"};
    CHECK(host.texts() == (lives == 2 ? Texts{"1", "2", "3", "4"} : given_up));
    CHECK(folder.names("failed") == (lives == 2 ? Texts{} : Texts{"a", "a.reason.txt"}));
  }
}

}  // namespace
}  // namespace greentill::plugin
