// SPDX-License-Identifier: Apache-2.0
// A device's store in each way in which its files get lost or mixed up.
#pragma once

#include <doctest/doctest.h>

#include <fstream>

#include "daemon/base/file.hpp"
#include "daemon/outbox/inspect.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"

namespace greentill::test::went_back_test {

namespace fs = std::filesystem;

/// A device's state folder with a store in it, as the daemon opens it.
class Site {
 public:
  explicit Site(std::uint8_t chain = 1, std::uint32_t first_sale = 0) : chain_(chain), sold_(first_sale) {
    fs::create_directory(folder());
  }

  [[nodiscard]] fs::path folder() const { return place_ / "state"; }
  [[nodiscard]] fs::path database() const { return folder() / "outbox.db"; }
  [[nodiscard]] fs::path log() const { return folder() / "outbox.db-wal"; }
  [[nodiscard]] fs::path mark() const { return folder() / "store.mark"; }

  [[nodiscard]] outbox::Options options() const {
    return {.path = database(),
            .vfs = "",
            .writer_cache_kib = 512,
            .reader_cache_kib = 256,
            .mark = mark(),
            .traces = {folder() / "boot"}};
  }
  [[nodiscard]] Result<std::unique_ptr<outbox::Outbox>> try_open() const {
    SilentLog log;
    return outbox::Outbox::open(options(), log);
  }
  void open() {
    auto opened = try_open();
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    store_ = std::move(*opened);
    std::ofstream(folder() / "boot") << "1 boot\n";
    if (chain_.head().seq == 0) {
      const outbox::Unit start = chain_.start();
      REQUIRE(store_->writer().begin_chain(chain_.head().chain, start).ok());
    }
  }
  void close() { store_.reset(); }
  void sell(std::uint32_t sales, std::size_t claims = 1) {
    for (; sales > 0; --sales) REQUIRE(commit(store_->writer(), {chain_.sale(++sold_, claims)}).ok());
  }
  /// What the files are at this moment: of an open store, what a kill would leave.
  [[nodiscard]] fs::path copy(const std::string& name) const {
    fs::copy(folder(), place_ / name);
    return place_ / name;
  }
  /// The files of a copy take the place of what is there now.
  void put_back(const fs::path& from) const {
    fs::remove_all(folder());
    fs::copy(from, folder());
  }
  /// Why the store is not opened; "" where it is. What was refused must lie there as before.
  [[nodiscard]] std::string refusal() const {
    const std::string before = contents();
    const auto inspected = outbox::inspect(options(), UINTMAX_MAX);
    CHECK(contents() == before);
    const auto opened = try_open();
    CHECK_MESSAGE(inspected.ok() == opened.ok(), (inspected.ok() ? opened.error().message : inspected.error().message));
    if (opened) return "";
    CHECK(contents() == before);
    if (!inspected) CHECK(inspected.error().message == opened.error().message);
    return opened.error().message;
  }

 private:
  [[nodiscard]] std::string contents() const {
    std::string all;
    for (const fs::path& path : {database(), log()}) {
      if (const auto content = read_file(path); content) all += *content;
    }
    return all;
  }

  TempDir place_;
  ChainMaker chain_;
  std::uint32_t sold_;
  std::unique_ptr<outbox::Outbox> store_;
};

inline void overwrite(const fs::path& from, const fs::path& to) { fs::copy_file(from, to, fs::copy_options::overwrite_existing); }

inline void write_text(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::trunc) << text; }

/// Each part of what a refusal must say.
inline void check_says(const std::string& refusal, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) CHECK_MESSAGE(refusal.find(part) != std::string::npos, part, " is not in: ", refusal);
}

/// Stores that go back in each way of the page's table.
class Ways {
 public:
  Ways() {
    for (int start = 0; start < 3; ++start) {  // so that it is further than the own one by each number
      stranger_.open();
      stranger_.sell(10);
      foreign_ = stranger_.copy("killed-" + std::to_string(start));
      stranger_.close();
    }
    site_.open();
    site_.sell(2);
    first_run_ = site_.copy("first-run");
    site_.close();
    stopped_ = site_.copy("stopped");
    site_.open();
    site_.sell(1, 0);
    without_a_claim_ = site_.copy("without-a-claim");
    site_.sell(4);
    selling_ = site_.copy("selling");
    site_.sell(4);
    killed_ = site_.copy("killed");
    site_.close();
    now_ = site_.copy("now");
  }

  /// Of the same run.
  static std::string older_log() {
    Site site;
    site.open();
    site.sell(2);
    const fs::path early = site.copy("early");
    REQUIRE(run_sql(site.database(), "PRAGMA user_version") == true);
    site.sell(900);  // the log begins anew meanwhile
    const fs::path killed = site.copy("killed");
    site.close();
    site.put_back(killed);
    site.open();  // from here on the mark knows that log
    const fs::path reopened = site.copy("reopened");
    site.close();
    site.put_back(reopened);
    overwrite(early / "outbox.db-wal", site.log());
    return site.refusal();
  }

  [[nodiscard]] std::map<std::string, std::function<std::string()>> all() {
    return {
        {"is not there, though the store was in use", [this] { return without(killed_, {"outbox.db"}); }},
        {"is empty, though the store was in use", [this] { return emptied(killed_); }},
        {"is not there, and its write-ahead log … is",
         [this] {
           return without(killed_, {"outbox.db", "store.mark"});
         }},
        {"is empty, and its write-ahead log … is", [this] { return emptied(killed_, {"store.mark"}); }},
        {"holds no chain, though this device has run before",
         [this] {
           return without(now_, {"outbox.db", "outbox.db-wal", "store.mark"});
         }},
        {"is an older copy of the store", [this] { return with("outbox.db", stopped_); }},
        {"its chain ends at …, and went on to …: it is an older copy, or lost its write-ahead log",
         [this] { return with("outbox.db-wal", selling_, killed_); }},
        {"the chain that ended at … is not in it: it is an older copy, or lost its write-ahead log",
         [this] { return without(first_run_, {"outbox.db-wal"}); }},
        {"it knows … transactions, and had taken …: it is an older copy, or lost its write-ahead log",
         [this] { return without(without_a_claim_, {"outbox.db-wal"}); }},
        {"holds another chain than the one that this device made", [this] { return with("outbox.db", stranger_.folder()); }},
        {"is older than the latest write-ahead log of this store: the store is an older copy, or its log is", older_log},
        {"is not the write-ahead log of the store beside it", [this] { return with("outbox.db-wal", foreign_); }},
        {"holds a chain, and … asks for a new one", [this] { return marked("new\n"); }},
        {"store.mark: cannot be read as what it is", [this] { return marked("somebody's notes\n"); }},
    };
  }

 private:
  std::string without(const fs::path& from, std::initializer_list<const char*> files) {
    site_.put_back(from);
    for (const char* file : files) fs::remove(site_.folder() / file);
    return site_.refusal();
  }
  std::string emptied(const fs::path& from, std::initializer_list<const char*> without = {}) {
    site_.put_back(from);
    for (const char* file : without) fs::remove(site_.folder() / file);
    fs::resize_file(site_.database(), 0);
    return site_.refusal();
  }
  std::string with(const char* file, const fs::path& other) { return with(file, other, now_); }
  std::string with(const char* file, const fs::path& other, const fs::path& from) {
    site_.put_back(from);
    overwrite(other / file, site_.folder() / file);
    return site_.refusal();
  }
  std::string marked(const std::string& text) {
    site_.put_back(now_);
    write_text(site_.mark(), text);
    return site_.refusal();
  }
  Site stranger_{2};
  Site site_;
  fs::path foreign_, first_run_, stopped_, without_a_claim_, selling_, killed_, now_;
};

inline constexpr std::string_view kNextStep = "move what is left of it away and begin a new chain: echo new > ";

}  // namespace greentill::test::went_back_test
