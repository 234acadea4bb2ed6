// SPDX-License-Identifier: Apache-2.0
// A damaged store is set aside on a disk whose power goes, or which fails, at the writes of it; then all must come of it as if
// nothing had been in between. The changes that SQLite does not make, of names, are cut by tests/integration/journey/
// damaged_store.py. GREENTILL_CUT_EVERY: at every so many operations (3); 1: at each, with each fate of what was not synced.
#include <doctest/doctest.h>

#include <cstdlib>
#include <span>

#include "tests/support/lossy_vfs.hpp"
#include "tests/unit/outbox/damaged_stores.hpp"

namespace greentill::test::salvage_cut_test {
namespace {

using namespace damaged;

constexpr std::uint32_t kSeeds[] = {1, 2, 5};  // pages zeroed and swapped, a log that is there, cut or lost

std::uint64_t every() {
  const char* text = std::getenv("GREENTILL_CUT_EVERY");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 3;
}

/// Those that are looked at behind this operation.
std::span<const LossyVfs::Kept> fates(std::uint64_t operation) {
  const std::span<const LossyVfs::Kept> all(LossyVfs::kAllKept);
  return every() == 1 ? all : all.subspan(operation % all.size(), 1);
}

}  // namespace

TEST_CASE("outbox: a power cut while a damaged store is set aside loses none of it, and the next start goes on") {
  Stores stores;
  std::uint64_t cuts = 0;
  for (const std::uint32_t seed : kSeeds) {
    bool is_over = false;
    for (std::uint64_t operation = 1; !is_over; operation += every()) {
      for (const LossyVfs::Kept kept : fates(operation)) {
        Damaged damaged(stores, seed);
        INFO(damaged.way(), "cut at ", operation, ", kept ", static_cast<int>(kept));
        damaged.ask();
        LossyVfs vfs;
        vfs.cut_at(operation);
        is_over = outbox::Outbox::open(stores.options(vfs.name()), stores.log).ok() || damaged.is_aside();
        if (is_over) break;  // what comes behind is another store's
        vfs.settle(kept, static_cast<std::uint32_t>(operation));
        damaged.check();
        ++cuts;
      }
    }
  }
  MESSAGE(cuts, " cuts");
  CHECK(cuts > 10);
}

TEST_CASE("outbox: a disk that fails while a damaged store is set aside leaves it as it is, and the next start goes on") {
  Stores stores;
  for (const LossyVfs::Fault fault : {LossyVfs::Fault::full, LossyVfs::Fault::io, LossyVfs::Fault::io_lost}) {
    bool is_over = false;
    for (std::uint64_t operation = 1; !is_over; operation += 5 * every()) {
      Damaged damaged(stores, kSeeds[0]);
      INFO(damaged.way(), "fails at ", operation, ", ", static_cast<int>(fault));
      damaged.ask();
      LossyVfs vfs;
      vfs.fail_at(operation, fault, true);
      const auto opened = outbox::Outbox::open(stores.options(vfs.name()), stores.log);
      is_over = opened.ok() || damaged.is_aside();
      if (is_over) break;
      CHECK(opened.error().code == (fault == LossyVfs::Fault::full ? ErrorCode::full : ErrorCode::io));
      damaged.check();
    }
  }
}

}  // namespace greentill::test::salvage_cut_test
