// SPDX-License-Identifier: Apache-2.0
// A store that went back, in each way in which files get lost or mixed up; and what must not be taken for one.
#include "tests/support/troubleshooting.hpp"
#include "tests/unit/outbox/store_dump.hpp"
#include "tests/unit/outbox/went_back_ways.hpp"

namespace greentill::test::went_back_test {

TEST_CASE("outbox: a store that went back in a way of docs/outbox.md says what the page says") {
  Ways ways;
  for_each_way("docs/outbox.md", "A store that went back", 3, ways.all(),
               [](const std::string& words, const std::string& said) { CHECK_MESSAGE(says(said, words), words, ": ", said); });
}

TEST_CASE("outbox: a clean stop, a kill and a move of the whole folder raise no alarm") {
  Site site;
  for (std::uint32_t round = 0; round < 3; ++round) {
    site.open();
    site.sell(20);
    const fs::path killed = site.copy("killed-" + std::to_string(round));
    site.close();
    CHECK(site.refusal() == "");
    site.put_back(killed);
    CHECK(site.refusal() == "");
    site.put_back(site.copy("moved-" + std::to_string(round)));
    CHECK(site.refusal() == "");
  }
}

TEST_CASE("outbox: a store that lost its write-ahead log is noticed") {
  Site site;
  site.open();
  site.sell(9);
  const fs::path killed = site.copy("killed");
  site.close();
  site.put_back(killed);
  fs::remove(site.log());
  check_says(site.refusal(), {"outbox.db: ", "lost its write-ahead log, which is not there", "put the latest",
                              "together with its", kNextStep, "store.mark"});
  site.put_back(killed);
  CHECK(site.refusal() == "");
}

TEST_CASE("outbox: a lost log is noticed where it held transactions without a claim alone") {
  Site site;
  site.open();
  site.close();
  site.open();
  site.sell(3, 0);
  const fs::path killed = site.copy("killed");
  site.close();
  site.put_back(killed);
  fs::remove(site.log());
  check_says(site.refusal(), {"it knows 0 transactions, and had taken 3", kNextStep});
}

TEST_CASE("outbox: an emptied store and one that is gone are no first start, and their log is not touched") {
  Site site;
  site.open();
  site.sell(9);
  const fs::path killed = site.copy("killed");
  site.close();
  for (const fs::path& from : {killed, site.copy("stopped")}) {
    site.put_back(from);
    fs::resize_file(site.database(), 0);
    check_says(site.refusal(), {"outbox.db: is empty, though the store was in use", kNextStep});
    fs::remove(site.database());
    check_says(site.refusal(), {"outbox.db: is not there, though the store was in use", kNextStep});
    fs::remove(site.log());
    check_says(site.refusal(), {"outbox.db: is not there", kNextStep});
  }
}

TEST_CASE("outbox: a log without its database is not thrown away, mark or not") {
  Site site;
  site.open();
  site.sell(9);
  const fs::path killed = site.copy("killed");
  site.close();
  site.put_back(killed);
  fs::remove(site.database());
  for (const std::string left : {"store.mark", "boot"}) {
    fs::remove(site.folder() / left);
    check_says(site.refusal(), {"outbox.db: is not there, and its write-ahead log", kNextStep});
  }
  write_text(site.mark(), "new\n");
  check_says(site.refusal(), {"outbox.db: is not there, and its write-ahead log"});
}

TEST_CASE("outbox: an older copy is noticed, whenever it was made") {
  Site site;
  site.open();
  site.sell(5);
  site.close();
  const fs::path stopped = site.copy("stopped");
  site.open();
  const fs::path idle = site.copy("running");  // its head is the older copy's
  site.sell(5);
  const fs::path running = site.copy("selling");
  site.sell(4);
  const fs::path killed = site.copy("killed");
  site.close();

  overwrite(stopped / "outbox.db", site.database());
  check_says(site.refusal(), {"outbox.db: is an older copy of the store", kNextStep});
  const auto put_back = [&site](const fs::path& copy) {
    overwrite(copy / "outbox.db", site.database());
    overwrite(copy / "outbox.db-wal", site.log());
  };
  put_back(idle);  // its log began anew since
  check_says(site.refusal(), {"the store is an older copy, or its log is", kNextStep});
  put_back(running);
  check_says(site.refusal(), {"its chain ends at 11, and went on to 15: it is an older copy", kNextStep});
  SUBCASE("under the latest log, which SQLite would add to it") {
    site.put_back(killed);
    overwrite(stopped / "outbox.db", site.database());
    check_says(site.refusal(), {"outbox.db: is an older copy of the store"});
  }
}

TEST_CASE("outbox: the log of another store is noticed before SQLite adds it to this one") {
  Site other(2);
  other.open();
  other.sell(3);
  const fs::path foreign = other.copy("killed");
  Site site;
  site.open();
  site.sell(9);
  const fs::path killed = site.copy("killed");
  site.close();

  for (const fs::path& from : {killed, site.copy("stopped")}) {
    site.put_back(from);
    overwrite(foreign / "outbox.db-wal", site.log());
    check_says(site.refusal(),
               {"outbox.db-wal: is not the write-ahead log of the store beside it; move it away, and put the one there"});
  }
  fs::remove(site.log());
  CHECK(site.refusal() == "");  // it was stopped, and lacks nothing

  overwrite(foreign / "outbox.db", site.database());
  CHECK(site.refusal() != "");
  overwrite(foreign / "outbox.db-wal", site.log());
  CHECK(site.refusal() != "");
}

TEST_CASE("outbox: an older log of the same run is noticed") {
  check_says(Ways::older_log(),
             {"outbox.db-wal: is older than the latest write-ahead log of this store", "put the latest", kNextStep});
}

TEST_CASE("outbox: a store of another chain is not taken for the own one, nor a copy that went on elsewhere") {
  Site stranger(2);
  Site twin(1, 1000);  // the same chain with other sales
  Site site;
  site.open();
  site.sell(9);
  site.close();
  for (Site* other : {&stranger, &twin}) {
    for (int start = 0; start < 3; ++start) {  // so that it is further than the own one by each number
      other->open();
      other->sell(10);
      other->close();
    }
    overwrite(other->database(), site.database());
    check_says(site.refusal(), {"outbox.db: holds another chain than the one that this device made", kNextStep});
  }
}

TEST_CASE("outbox: a log that somebody wrote back after a kill is not missed") {
  Site site;
  site.open();
  site.sell(9);
  const fs::path killed = site.copy("killed");
  site.close();
  site.put_back(killed);
  REQUIRE(run_sql(site.database(), "PRAGMA wal_checkpoint(TRUNCATE)"));
  CHECK(site.refusal() == "");
}

TEST_CASE("outbox: a device that has run before begins a chain only where it is told to") {
  Site site;
  write_text(site.folder() / "boot", "3 boot\n");
  check_says(site.refusal(), {"outbox.db: holds no chain, though this device has run before", "state/boot", kNextStep});
  check_says(site.refusal(), {"has run before"});  // the first refusal left nothing that would be taken for a start
  write_text(site.mark(), "new\n");
  site.open();
  site.sell(2);
  site.close();
  CHECK(site.refusal() == "");

  write_text(site.mark(), "new\n");
  check_says(site.refusal(), {"outbox.db: holds a chain, and", "store.mark asks for a new one; move the store away"});
  check_says(site.refusal(), {"asks for a new one"});
}

TEST_CASE("outbox: a store of a version without a mark gets one") {
  Site site;
  site.open();
  site.sell(9);
  site.close();
  fs::remove(site.mark());
  CHECK(site.refusal() == "");
  const fs::path now = site.copy("now");
  site.open();
  site.sell(1);
  site.close();
  overwrite(now / "outbox.db", site.database());
  check_says(site.refusal(), {"is an older copy"});
}

TEST_CASE("outbox: a mark that is half written counts as before, and one that is something else is not passed over") {
  Site site;
  site.open();
  site.sell(9);
  site.close();
  const std::string whole = read_file(site.mark()).value();
  REQUIRE(whole.size() == 1024);
  for (const std::size_t slot : {0, 512}) {
    std::string torn = whole;
    torn.replace(slot + 40, 30, 30, 'x');
    write_text(site.mark(), torn);
    CHECK(site.refusal() == "");
  }
  write_text(site.mark(), "somebody's notes\n");
  check_says(site.refusal(), {"store.mark: cannot be read as what it is"});
  write_text(site.mark(), std::string(1024, '\0'));  // as a power cut leaves a file that was never synced
  CHECK(site.refusal() == "");
}

}  // namespace greentill::test::went_back_test
