// SPDX-License-Identifier: Apache-2.0
// A store in three states, copies of it that are damaged in a random way, and what must come of each: every claim that can be
// read is made anew or goes on, every other one is named by a gap, none is both.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/file.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/outbox/stored_claim.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test::damaged {

namespace fs = std::filesystem;

constexpr std::uint32_t kSales = 400;
constexpr std::uint64_t kHead = kSales + 1;
constexpr std::uint64_t kHeard = 150;   // that far receipts had told
constexpr std::uint64_t kLedger = 170;  // and so far the ledger had come
constexpr std::size_t kPage = 4096;

inline std::string content(const fs::path& file) { return read_file(file).value(); }

inline void write(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  REQUIRE(out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush().good());
}

/// One store in three states, as files: half full, and full, as a kill and as a stop leave it.
struct Stores {
  Stores() {
    fs::create_directory(folder / "now");
    {
      auto store = outbox::Outbox::open(options(), log).value();
      keep(chain.start());
      REQUIRE(store->writer().begin_chain(chain.head().chain, units.back()).ok());
      sell(*store, 1, kSales / 2);
      fs::copy(folder / "now", folder / "half");
      sell(*store, kSales / 2 + 1, kSales);
      REQUIRE(
          store->writer().apply(MadeReceipt(chain, kHeard, 1, {{20, "clock", true}, {21, "duplicate", false}}).get(), {1}).ok());
      REQUIRE(chain.head().seq == kHead);
      fs::copy(folder / "now", folder / "killed");
    }
    fs::copy(folder / "now", folder / "stopped");
  }
  outbox::Options options(const std::string& vfs = {}) {
    outbox::Options made{.path = folder / "now" / "outbox.db"};
    made.vfs = vfs;
    made.mark = folder / "now" / "store.mark";
    made.is_ours = [this](const claim::Message& message) { return signed_.contains(crypto::hasher().sha256({message.whole})); };
    return made;
  }
  void sell(outbox::Outbox& store, std::uint32_t first, std::uint32_t last) {
    for (; first <= last; ++first) {
      keep(chain.sale(first));
      REQUIRE(commit(store.writer(), {units.back()}).ok());
    }
  }
  void keep(outbox::Unit unit) {
    signed_.insert(crypto::hasher().sha256({unit.claims[0].message}));
    units.push_back(std::move(unit));
  }
  [[nodiscard]] std::string message(std::uint64_t seq) const {
    const auto& bytes = units[seq - 1].claims[0].message;
    return {bytes.begin(), bytes.end()};
  }

  TempDir folder;
  SilentLog log;
  ChainMaker chain;
  std::vector<outbox::Unit> units;  // by seq
  std::set<Digest> signed_;
};

/// A copy that is damaged and opened again.
class Damaged {
 public:
  Damaged(Stores& stores, std::uint32_t seed) : stores_(stores), random_(seed) {
    fs::remove_all(stores.folder / "now");
    killed_ = any(2) == 0;
    fs::copy(stores.folder / (killed_ ? "killed" : "stopped"), stores.folder / "now");
    file_ = stores.folder / "now" / "outbox.db";
    for (std::size_t times = 1 + any(3); times > 0; --times) damage();
    expect_what_is_left();
  }

  /// As the daemon asks where it meets damage.
  void ask() {
    before_ = content(file_);
    write(file_.string() + ".recover", "damaged\n");
  }

  /// Requires: ask().
  void check() {
    open();
    CHECK(dump_store(file_).starts_with("ok\n--"));
    const fs::path aside = set_aside();
    REQUIRE_MESSAGE(!aside.empty(), way_);
    CHECK(content(aside) == before_);
    const outbox::ChainState state = reader_->chain().value().value();
    state.damaged ? check_repaired() : check_whole();
  }
  [[nodiscard]] const std::string& way() const { return way_; }
  [[nodiscard]] bool is_aside() const { return !set_aside().empty(); }

 private:
  std::size_t any(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

  void damage() {
    std::string bytes = content(file_);
    const fs::path log = file_.string() + "-wal";
    const std::size_t pages = bytes.size() / kPage;
    const auto page = [&] { return any(pages) * kPage; };
    switch (any(killed_ ? 8 : 6)) {
      case 0: {
        const std::size_t at = page();
        way_ += "page " + std::to_string(at / kPage + 1) + " zeroed; ";
        bytes.replace(at, kPage, kPage, '\0');
        break;
      }
      case 1: {
        const std::size_t one = page(), other = page();
        way_ += "pages " + std::to_string(one / kPage + 1) + " and " + std::to_string(other / kPage + 1) + " swapped; ";
        std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(one),
                         bytes.begin() + static_cast<std::ptrdiff_t>(one + kPage),
                         bytes.begin() + static_cast<std::ptrdiff_t>(other));
        break;
      }
      case 2: {
        const std::size_t to = 1 + any(pages);
        way_ += "cut to " + std::to_string(to) + " pages; ";
        bytes.resize(to * kPage);
        break;
      }
      case 3: {
        const std::string older = content(stores_.folder / "half" / "outbox.db");
        const std::size_t at = any(std::min(older.size(), bytes.size()) / kPage + 1) * kPage;
        if (at + kPage > std::min(older.size(), bytes.size())) break;
        way_ += "page " + std::to_string(at / kPage + 1) + " as it was; ";
        bytes.replace(at, kPage, older, at, kPage);
        break;
      }
      case 4: {
        const std::size_t at = page();
        way_ += "page " + std::to_string(at / kPage + 1) + " full of noise; ";
        for (std::size_t i = 0; i < kPage; ++i) bytes[at + i] = static_cast<char>(any(256));
        noise_ = true;
        break;
      }
      case 5: {
        const std::size_t at = any(bytes.size());
        way_ += "byte " + std::to_string(at) + " flipped; ";
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << any(8)));
        noise_ = true;
        break;
      }
      case 6:
        way_ += "log lost; ";
        fs::remove(log);
        return;
      default: {
        if (!fs::exists(log)) return;
        const std::string frames = content(log);
        const std::size_t to = any(frames.size());
        way_ += "log cut to " + std::to_string(to) + "; ";
        write(log, frames.substr(0, to));
        log_cut_ = true;
        return;
      }
    }
    write(file_, bytes);
  }

  /// Found without knowing how the file is made: a claim whose bytes stand in one piece somewhere in it can be read.
  void expect_what_is_left() {
    if (noise_) return;  // may have spoilt what leads to them
    std::string bytes = content(file_);
    const fs::path log = file_.string() + "-wal";
    if (fs::exists(log) && !log_cut_) bytes += content(log);
    for (std::uint64_t seq = 1; seq <= kHead; ++seq) {
      if (bytes.find(stores_.message(seq)) != std::string::npos) left_.insert(seq);
    }
  }

  void open() {
    auto opened = outbox::Outbox::open(stores_.options(), stores_.log);
    REQUIRE_MESSAGE(opened.ok(), (way_ + (opened.ok() ? "" : opened.error().message)));
    store_ = std::move(*opened);
    reader_ = store_->new_reader().value();
  }

  [[nodiscard]] fs::path set_aside() const {
    for (const auto& entry : fs::directory_iterator(file_.parent_path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("outbox.db.damaged-") && !name.ends_with("-wal")) return entry.path();
    }
    return {};
  }

  /// All is there, what is to be sent as it was signed, and the chain goes on.
  void check_whole() {
    for (std::uint64_t seq = 1; seq <= kHead; ++seq) {
      const auto stored = reader_->claim(seq).value();
      REQUIRE_MESSAGE(stored.has_value(), (way_ + "claim " + std::to_string(seq)));
      if (seq > kHeard) CHECK(std::string(stored->message.begin(), stored->message.end()) == stores_.message(seq));
    }
    ChainMaker next = stores_.chain;
    CHECK(commit(store_->writer(), {next.sale(kSales + 1)}).ok());
  }

  void check_repaired() {
    const claim::ChainHead old = reader_->chain().value()->head;
    ChainMaker interim(50), anew(51);
    REQUIRE(store_->writer().begin_chain(interim.head().chain, interim.start(1, old)).ok());
    REQUIRE(commit(store_->writer(), {interim.sale(kSales + 1)}).ok());
    MadeAnew remaker(anew);
    REQUIRE(store_->writer().repair({stores_.chain.place(kLedger), true, 1}, remaker, 1).ok());
    std::map<std::uint32_t, int> made;
    std::vector<bool> lost(kHead + 1);
    for (std::uint64_t seq = 2; seq <= anew.head().seq; ++seq) {
      const auto stored = reader_->claim(anew.head().chain, seq).value();
      const auto opened = outbox::open_claim(seq, stored->message);
      if (const auto* gap = std::get_if<claim::Gap>(&opened->claim.entry)) {
        CHECK(gap->chain == stores_.chain.head().chain);
        for (std::uint64_t one = gap->first; one <= gap->last && one <= kHead; ++one) {
          CHECK_MESSAGE(!lost[one], way_);
          lost[one] = true;
        }
      } else {
        ++made[static_cast<std::uint32_t>(std::get<claim::Reduction>(opened->claim.entry).begin - 1'760'000'000)];
      }
    }
    CHECK(made[kSales + 1] == 1);
    for (std::uint32_t sale = 1; sale <= kSales; ++sale) {
      const std::uint64_t seq = sale + 1;
      const bool again = seq == 20 && made[sale] == 1;  // it was refused for now, where that is still known
      const bool awaited = seq > kLedger;
      INFO(way_, "claim ", seq, ", left ", left_.contains(seq), ", made ", made[sale], ", lost ", bool(lost[seq]));
      CHECK((again || made[sale] + (lost[seq] ? 1 : 0) == (awaited ? 1 : 0)));
      if (awaited && left_.contains(seq)) CHECK(made[sale] == 1);
    }
  }

  Stores& stores_;
  std::mt19937 random_;
  bool killed_ = false, noise_ = false, log_cut_ = false;
  fs::path file_;
  std::string way_, before_;
  std::set<std::uint64_t> left_;
  std::unique_ptr<outbox::Outbox> store_;
  std::unique_ptr<outbox::Reader> reader_;
};

}  // namespace greentill::test::damaged
