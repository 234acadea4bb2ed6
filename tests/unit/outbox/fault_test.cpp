// SPDX-License-Identifier: Apache-2.0
// The store on a disk whose power goes, or which fails, at every single write, sync, truncation and deletion of a small scenario.
// After each the store must hold exactly what it held before the interrupted step or exactly what it held after it, and the rest
// of the scenario must lead to the same end. A failing case names its reproducer: "cut/<operation>/<kept>" or
// "fail/<operation>/<fault>".
#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/file.hpp"
#include "tests/support/lossy_vfs.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test {
namespace {

/// A store under a fixed scenario.
struct Store {
  std::filesystem::path path;
  std::string vfs;
  std::unique_ptr<outbox::Outbox> outbox;
};
/// Real, and not on the disk that loses: at a cut it has all that was written to it, or what was synced.
std::filesystem::path mark_of(const std::filesystem::path& store) { return store.parent_path() / "store.mark"; }

using Step = std::function<Status(Store&)>;

Step begin(const outbox::Unit& start) {
  return [start](Store& store) { return store.outbox->writer().begin_chain(start.head.chain, start); };
}

Step commits(std::vector<outbox::Unit> units) {
  return [units = std::move(units)](Store& store) {
    std::vector<const outbox::Unit*> pointers;
    for (const outbox::Unit& unit : units) pointers.push_back(&unit);
    return store.outbox->writer().commit(pointers);
  };
}

Step applies(MadeReceipt receipt) {
  return [receipt = std::make_shared<MadeReceipt>(std::move(receipt))](Store& store) -> Status {
    const auto applied = store.outbox->writer().apply(receipt->get(), {1'760'100'000});
    if (!applied) return Failure{applied.error()};
    return Done{};
  };
}

/// What is behind that place is made anew in the chain 2.
Step repairs(const claim::ChainHead& place) {
  return [place](Store& store) -> Status {
    ChainMaker anew(2);
    MadeAnew remaker(anew);
    return store.outbox->writer().repair({place, true, 2}, remaker, 1'760'200'000);
  };
}

Status prune(Store& store) {
  const auto pruned = store.outbox->writer().prune({1'760'000'006, 1'760'000'006}, 100);
  if (!pruned) return Failure{pruned.error()};
  CHECK(*pruned > 0);
  return Done{};
}

// Best effort, as SQLite's own behind a commit: a checkpoint that fails loses nothing.
Status checkpoint(Store& store) {
  run_sql(store.path, "PRAGMA wal_checkpoint(TRUNCATE)", store.vfs);
  return Done{};
}

Status close(Store& store) {
  store.outbox.reset();
  return Done{};
}

std::vector<Step> scenario() {
  ChainMaker chain;
  std::vector<Step> steps;
  steps.push_back(begin(chain.start()));
  for (std::uint32_t i = 1; i <= 3; ++i) steps.push_back(commits({chain.sale(i)}));
  steps.push_back(commits({chain.sale(4, 2), chain.sale(5, 0), chain.sale(6, 3)}));
  steps.push_back(applies({chain, 5, 1, {{2, "unknown-methodology", true}, {3, "duplicate", false}}, {{4, 850}, {5, 900}}}));
  steps.push_back(checkpoint);
  steps.push_back(commits({chain.sale(7), chain.sale(8)}));
  steps.push_back(applies({chain,
                           11,
                           1,
                           {{2, "unknown-methodology", true}},
                           {{11, 800}},
                           {.changes = {{1, chain.head().chain, 11, claim::Stands::held, 0, "ceiling-device"},
                                        {2, chain.head().chain, 4, claim::Stands::accepted, 10, "taken-back"}},
                            .from_head = 5}}));
  steps.push_back(prune);
  steps.push_back(commits({chain.sale(9)}));
  steps.push_back(close);
  steps.push_back(applies({chain, 10, 2, {}, {{2, 900}}}));
  steps.push_back(commits({chain.sale(10, 0), chain.sale(11)}));
  steps.push_back(repairs(chain.place(11)));
  steps.push_back(close);
  return steps;
}

void write_whole(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class Run {
 public:
  Run(std::filesystem::path path, std::string vfs) : store_{std::move(path), std::move(vfs), nullptr} {}

  static const std::vector<Step>& steps() {
    static const std::vector<Step> made = scenario();
    return made;
  }
  /// Opens the store where it is not, then does the step, which can be done again after a failure.
  Status step(std::size_t number) {
    if (store_.outbox == nullptr) {
      outbox::Options options;
      options.path = store_.path;
      options.vfs = store_.vfs;
      options.mark = mark_of(store_.path);
      auto opened = outbox::Outbox::open(options, log_);
      const auto mark = read_file(options.mark);
      synced_mark_ = mark ? *mark : "";
      if (!opened) return Failure{opened.error()};
      store_.outbox = std::move(*opened);
    }
    return steps()[number](store_);
  }
  /// The mark as a power cut leaves it that takes all of it which was not synced.
  [[nodiscard]] const std::string& synced_mark() const { return synced_mark_; }

 private:
  SilentLog log_;
  Store store_;
  std::string synced_mark_;
};

struct CleanRun {
  std::vector<std::string> dumps;  ///< before step i
  std::uint64_t operations = 0;
};

CleanRun clean_run() {
  const TempDir folder;
  LossyVfs vfs;
  Run run(folder / "outbox.db", vfs.name());
  CleanRun clean{{"empty"}, 0};
  for (std::size_t step = 0; step < Run::steps().size(); ++step) {
    const Status done = run.step(step);
    REQUIRE_MESSAGE(done.ok(), step, ": ", done.ok() ? "" : done.error().message);
    clean.dumps.push_back(dump_store(folder / "outbox.db"));
  }
  clean.operations = vfs.operations();
  return clean;
}

/// Runs on from `step` to the end, which must be the clean run's.
void run_to_end(std::size_t step, const std::filesystem::path& path, const CleanRun& clean) {
  LossyVfs mended;
  Run run(path, mended.name());
  for (; step < Run::steps().size(); ++step) {
    const Status done = run.step(step);
    REQUIRE_MESSAGE(done.ok(), step, ": ", done.ok() ? "" : done.error().message);
  }
  CHECK(dump_store(path) == clean.dumps.back());
}

void cut_and_recover(std::uint64_t operation, LossyVfs::Kept kept, const CleanRun& clean) {
  const std::string reproducer = "cut/" + std::to_string(operation) + "/" + std::to_string(static_cast<int>(kept));
  CAPTURE(reproducer);
  const TempDir folder;
  const std::filesystem::path path = folder / "outbox.db";
  LossyVfs vfs;
  std::size_t answered = 0;
  bool interrupted = false;
  {
    Run run(path, vfs.name());
    vfs.cut_at(operation);
    while (!interrupted && !vfs.is_off()) {
      interrupted = !run.step(answered).ok();
      if (!interrupted) ++answered;
    }
    // Either is checked with each fate, at one cut or the next.
    if (operation % 2 == static_cast<std::uint64_t>(kept) % 2) write_whole(mark_of(path), run.synced_mark());
  }
  vfs.settle(kept, static_cast<std::uint32_t>(operation));

  const std::string held = dump_store(path);
  const bool after = interrupted && held == clean.dumps[answered + 1];
  // The first step has two commits: the store is made, then the chain begun.
  const bool just_made = interrupted && answered == 0 && held.starts_with("ok") && held.find('|') == std::string::npos;
  CHECK_MESSAGE((held == clean.dumps[answered] || after || just_made), held);
  run_to_end(after ? answered + 1 : answered, path, clean);
}

void fail_and_resume(std::uint64_t operation, LossyVfs::Fault fault, bool lasting, const CleanRun& clean) {
  const std::string reproducer =
      "fail/" + std::to_string(operation) + "/" + std::to_string(static_cast<int>(fault)) + (lasting ? "/lasting" : "/once");
  CAPTURE(reproducer);
  const TempDir folder;
  const std::filesystem::path path = folder / "outbox.db";
  LossyVfs vfs;
  {
    Run run(path, vfs.name());
    vfs.fail_at(operation, fault, lasting);
    for (std::size_t step = 0; step < Run::steps().size(); ++step) {
      Status done = run.step(step);
      if (!done) {
        REQUIRE(vfs.has_failed());
        CHECK(done.error().code == (fault == LossyVfs::Fault::full ? ErrorCode::full : ErrorCode::io));
        vfs.mend();
        done = run.step(step);
      }
      REQUIRE_MESSAGE(done.ok(), step, ": ", done.ok() ? "" : done.error().message);
    }
    vfs.mend();
  }
  vfs.settle(LossyVfs::Kept::nothing, 0);
  CHECK(dump_store(path) == clean.dumps.back());
}

}  // namespace

TEST_CASE("outbox: a power cut at any write leaves what was answered, whole, and nothing half") {
  const CleanRun clean = clean_run();
  MESSAGE("cut at each of ", clean.operations, " operations, ", std::size(LossyVfs::kAllKept), " ways");
  for (std::uint64_t operation = 1; operation <= clean.operations; ++operation) {
    for (const LossyVfs::Kept kept : LossyVfs::kAllKept) cut_and_recover(operation, kept, clean);
  }
}

TEST_CASE("outbox: a write that fails at any point stores nothing, and the store goes on when the disk does") {
  const CleanRun clean = clean_run();
  for (std::uint64_t operation = 1; operation <= clean.operations; ++operation) {
    for (const bool lasting : {false, true}) {
      for (const LossyVfs::Fault fault : {LossyVfs::Fault::full, LossyVfs::Fault::io, LossyVfs::Fault::io_lost}) {
        fail_and_resume(operation, fault, lasting, clean);
      }
    }
  }
}

}  // namespace greentill::test
