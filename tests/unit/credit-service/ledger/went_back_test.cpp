// SPDX-License-Identifier: Apache-2.0
// A ledger that went back, in each way in which files get lost or mixed up; and what must not be taken for one.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <random>

#include "daemon/base/file.hpp"
#include "daemon/sqlite/sqlite.hpp"
#include "tests/support/running_time.hpp"
#include "tests/support/troubleshooting.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

namespace fs = std::filesystem;

/// An office with a device, whose desk opens and closes.
class Site {
 public:
  Site() : chain_(office.enrol("dock-7")) { chain_.add_start(); }

  [[nodiscard]] fs::path database() const { return office.database(); }
  [[nodiscard]] fs::path log() const { return office.database().string() + "-wal"; }
  [[nodiscard]] fs::path mark() const { return office.database().string() + ".mark"; }

  void open() { desk_.emplace(office); }
  void close() { desk_.reset(); }
  /// Rides of the device, each in a batch of its own.
  void book(std::uint32_t rides) {
    for (; rides > 0; --rides) {
      chain_.add_ride(2000, of_event(++events_));
      std::vector<Bytestring> rest = slice(chain_.messages(), sent_, chain_.messages().size());
      sent_ = chain_.messages().size();
      CHECK(desk_->take("dock-7", rest).up_to == sent_);
    }
  }
  /// What a kill would leave now.
  [[nodiscard]] fs::path copy(const std::string& name) const {
    const fs::path to = office.folder / name;
    fs::create_directory(to);
    for (const fs::path& file : {database(), log(), mark()}) {
      if (fs::exists(file)) fs::copy(file, to / file.filename());
    }
    return to;
  }
  void put_back(const fs::path& from) const {
    for (const fs::path& file : {database(), log(), mark(), fs::path(database().string() + "-shm")}) fs::remove(file);
    for (const auto& entry : fs::directory_iterator(from)) fs::copy(entry.path(), office.folder / entry.path().filename());
  }
  /// Why the ledger is not opened; "" where it is. What was refused must lie there as before.
  [[nodiscard]] std::string refusal(credit::WentBack went_back = credit::WentBack::refused) const {
    const auto content = [&](const fs::path& path) {
      const auto read = read_file(path, 1u << 30);
      return read ? *read : std::string();
    };
    const std::string before = content(database()) + content(log());
    const auto opened = credit::open_sqlite_store(database(), went_back);
    if (opened) return "";
    CHECK(content(database()) + content(log()) == before);
    return opened.error().message;
  }
  /// As `greentill-credit run --new-epoch`; the epoch that began.
  [[nodiscard]] std::uint64_t begin_epoch() {
    auto store = credit::open_sqlite_store(database(), credit::WentBack::taken_by_a_new_epoch);
    REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
    auto ledger = credit::Ledger::open(std::move(*store), office.programme, office.library, credit::Consents(office.hasher),
                                       office.hasher, office.clock, office.log);
    REQUIRE(ledger);
    REQUIRE((*ledger)->begin_epoch());
    ledger->reset();
    open();
    const std::uint64_t epoch = desk_->take("dock-7", slice(chain_.messages(), 0, 1)).epoch;
    close();
    return epoch;
  }

  Office office;

 private:
  ChainBuilder chain_;
  std::optional<Desk> desk_;
  std::uint32_t events_ = 0;
  std::size_t sent_ = 0;
};

void overwrite(const fs::path& from, const fs::path& to) { fs::copy_file(from, to, fs::copy_options::overwrite_existing); }

void check_says(const std::string& refusal, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) CHECK_MESSAGE(refusal.find(part) != std::string::npos, part, " is not in: ", refusal);
}

/// Ledgers that go back in each way of the page's table.
class Ways {
 public:
  Ways() {
    other_.open();
    other_.book(30);
    foreign_ = other_.copy("killed");
    site_.open();
    site_.book(3);
    site_.close();
    stopped_ = site_.copy("stopped");
    site_.open();
    site_.book(6);
    killed_ = site_.copy("killed");
    site_.close();
    now_ = site_.copy("now");
  }

  [[nodiscard]] std::map<std::string, std::function<std::string()>> all() {
    constexpr auto kNewEpoch = credit::WentBack::taken_by_a_new_epoch;
    return {
        {"is not there, though the store was in use", [this] { return without(now_, {"ledger.db"}); }},
        {"is empty, though the store was in use", [this] { return emptied(killed_); }},
        {"is not there, and its write-ahead log … is",
         [this] {
           return without(killed_, {"ledger.db", "ledger.db.mark"});
         }},
        {"is empty, and its write-ahead log … is", [this] { return emptied(killed_, {"ledger.db.mark"}); }},
        {"is an older copy of the store", [this] { return with({"ledger.db"}, stopped_, now_); }},
        {"it went back to step … of epoch … from step … of epoch …: it is an older copy, or lost its write-ahead log",
         [this] { return without(killed_, {"ledger.db-wal"}); }},
        {"and beside it lies …-wal; if that is not the backup's own log, move it away",
         [this] { return with({"ledger.db"}, stopped_, killed_, kNewEpoch); }},
        {"is another ledger than the one that … speaks of, or … is another's",
         [this] { return with({"ledger.db-wal"}, foreign_, now_); }},
        {"is …-wal another database's?", [this] { return with_unreadable_log(); }},
        {"ledger.db.mark: cannot be read as what it is", [this] { return marked("somebody's notes\n"); }},
    };
  }

 private:
  std::string without(const fs::path& from, std::initializer_list<const char*> files) {
    site_.put_back(from);
    for (const char* file : files) fs::remove(site_.office.folder / file);
    return site_.refusal();
  }
  std::string emptied(const fs::path& from, std::initializer_list<const char*> without = {}) {
    site_.put_back(from);
    for (const char* file : without) fs::remove(site_.office.folder / file);
    fs::resize_file(site_.database(), 0);
    return site_.refusal();
  }
  std::string with(std::initializer_list<const char*> files, const fs::path& other, const fs::path& from,
                   credit::WentBack went_back = credit::WentBack::refused) {
    site_.put_back(from);
    for (const char* file : files) overwrite(other / file, site_.office.folder / file);
    return site_.refusal(went_back);
  }
  /// With a log whose schema no ledger can be read by.
  std::string with_unreadable_log() {
    const fs::path other = site_.office.folder / "other.db";
    auto database = sqlite::Database::open(other, {});
    REQUIRE((database && database->use_wal()));
    REQUIRE(database->execute("CREATE TABLE meta (id); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'no SQL'"));
    site_.put_back(now_);
    overwrite(other.string() + "-wal", site_.log());
    return site_.refusal();
  }
  std::string marked(const std::string& text) {
    site_.put_back(now_);
    std::ofstream(site_.mark(), std::ios::trunc) << text;
    return site_.refusal();
  }

  Site other_;
  Site site_;
  fs::path foreign_, stopped_, killed_, now_;
};

constexpr std::string_view kNextStep = "Where they are lost, restore a backup and start one worker with --new-epoch";

}  // namespace

TEST_CASE("a ledger that went back in a way of docs/credit-service.md says what the page says") {
  Ways ways;
  for_each_way("docs/credit-service.md", "A ledger that went back", 3, ways.all(),
               [](const std::string& words, const std::string& said) { CHECK_MESSAGE(says(said, words), words, ": ", said); });
}

TEST_CASE("a ledger that was stopped, killed or moved as a whole raises no alarm") {
  Site site;
  for (const std::string round : {"1", "2"}) {
    site.open();
    site.book(5);
    const fs::path killed = site.copy("killed-" + round);
    site.close();
    CHECK(site.refusal() == "");
    site.put_back(killed);
    CHECK(site.refusal() == "");
  }
}

TEST_CASE("a ledger without its log, emptied, gone, or set back by a copy is noticed before anything is booked") {
  Site site;
  site.open();
  site.book(3);
  site.close();
  const fs::path stopped = site.copy("stopped");
  site.open();
  site.book(2);
  const fs::path running = site.copy("running");
  site.book(4);
  const fs::path killed = site.copy("killed");
  site.close();
  const fs::path now = site.copy("now");

  site.put_back(killed);
  fs::remove(site.log());
  check_says(site.refusal(), {"ledger.db: it went back to step ", "or lost its write-ahead log", "put the latest", kNextStep});
  for (const fs::path& from : {killed, now}) {
    site.put_back(from);
    fs::resize_file(site.database(), 0);
    check_says(site.refusal(), {"ledger.db: is empty, though the store was in use", kNextStep});
    fs::remove(site.database());
    check_says(site.refusal(), {"ledger.db: is not there, though the store was in use", kNextStep});
  }
  site.put_back(now);
  overwrite(stopped / "ledger.db", site.database());
  check_says(site.refusal(), {"ledger.db: is an older copy of the store", kNextStep});
  site.put_back(now);
  overwrite(running / "ledger.db", site.database());
  overwrite(running / "ledger.db-wal", site.log());
  check_says(site.refusal(), {"ledger.db: it went back to step ", kNextStep});
  site.put_back(killed);
  overwrite(stopped / "ledger.db", site.database());  // under the latest log, which SQLite would add to it
  check_says(site.refusal(), {"ledger.db: is an older copy of the store"});
  check_says(site.refusal(credit::WentBack::taken_by_a_new_epoch),
             {"ledger.db-wal; if that is not the backup's own log, move it away"});
}

TEST_CASE("another ledger, or another ledger's log, is not taken, not even by a new epoch") {
  Site other;
  other.open();
  other.book(30);
  const fs::path foreign = other.copy("killed");
  Site site;
  site.open();
  site.book(3);
  const fs::path killed = site.copy("killed");
  site.close();
  for (const fs::path& from : {killed, site.copy("stopped")}) {
    for (const std::string file : {"ledger.db", "ledger.db-wal"}) {
      site.put_back(from);
      overwrite(foreign / file, site.office.folder / file);
      if (file == "ledger.db") overwrite(foreign / "ledger.db-wal", site.log());
      for (const auto went_back : {credit::WentBack::refused, credit::WentBack::taken_by_a_new_epoch}) {
        CHECK(site.refusal(went_back) != "");
      }
    }
  }
  check_says(site.refusal(), {"ledger.db: is another ledger than the one that", "ledger.db.mark speaks of",
                              "move away what does not belong here"});
}

TEST_CASE("a restored backup is taken by a new epoch, which is later than every one that devices know") {
  Site site;
  site.open();
  site.book(3);
  site.close();
  const fs::path backup = site.copy("backup");
  CHECK(site.begin_epoch() == 2);
  CHECK(site.begin_epoch() == 3);
  site.open();
  site.book(2);
  site.close();

  overwrite(backup / "ledger.db", site.database());
  check_says(site.refusal(), {kNextStep});
  CHECK(site.begin_epoch() == 4);
  CHECK(site.refusal() == "");
  site.open();
  site.close();
  CHECK(site.refusal() == "");

  fs::remove(site.database());  // without any backup: an empty ledger
  check_says(site.refusal(), {"ledger.db: is not there", kNextStep});
  CHECK(site.begin_epoch() == 5);
  CHECK(site.refusal() == "");
}

TEST_CASE("a ledger of a version without a mark gets one") {
  Site site;
  site.open();
  site.book(3);
  site.close();
  fs::remove(site.mark());
  const fs::path before = site.copy("before");
  CHECK(site.refusal() == "");
  site.open();
  site.book(1);
  site.close();
  overwrite(before / "ledger.db", site.database());
  check_says(site.refusal(), {"is an older copy"});
}

TEST_CASE("workers that open, book and are killed at any instant on one ledger raise no alarm") {
  std::mt19937 random(7);
  Office office;
  ChainBuilder chain(office.enrol("dock-1"), "dock-1");
  chain.add_start();
  for (std::uint32_t i = 1; i <= 60; ++i) chain.add_ride(2000, of_event(i));
  int killed = 0;
  for (int round = 0; round < 40; ++round) {
    pid_t workers[3];
    for (pid_t& worker : workers) {
      worker = fork();
      REQUIRE(worker >= 0);
      if (worker > 0) continue;
      try {
        for (int open = 0; open < 2; ++open) {
          Desk desk(office);
          for (std::size_t i = 0; i < chain.messages().size(); i += 4) {
            static_cast<void>(desk.try_take("dock-1", slice(chain.messages(), i, std::min(i + 4, chain.messages().size()))));
          }
        }
        _exit(0);
      } catch (...) {  // a ledger that was refused, among others
        _exit(3);
      }
    }
    for (const pid_t worker : workers) {
      let_run(worker, std::chrono::microseconds(random() % 15'000));
      kill(worker, SIGKILL);
      int status = 0;
      waitpid(worker, &status, 0);
      killed += WIFSIGNALED(status) ? 1 : 0;
      CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    }
    const auto opened = try_open_ledger(office);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
  }
  CHECK(killed > 60);
  Desk desk(office);
  CHECK(desk.wrong() == "");
}
