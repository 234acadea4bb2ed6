// SPDX-License-Identifier: Apache-2.0
// A store whose chain has begun, for tests to go on from.
#pragma once

#include <doctest/doctest.h>

#include <memory>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"

namespace greentill::test {

struct OpenedStore {
  OpenedStore() : store(open_outbox(folder / "outbox.db")), reader(open_reader(*store)) {
    const outbox::Unit start = chain.start();
    REQUIRE(store->writer().begin_chain(chain.head().chain, start).ok());
  }
  void reopen() {
    reader.reset();
    store.reset();
    store = open_outbox(folder / "outbox.db");
    reader = open_reader(*store);
  }
  /// Sale 1 is the claim with seq 2.
  void sell(std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t i = first; i <= last; ++i) REQUIRE(commit(store->writer(), {chain.sale(i)}).ok());
  }

  TempDir folder;
  ChainMaker chain;
  std::unique_ptr<outbox::Outbox> store;
  std::unique_ptr<outbox::Reader> reader;
};

}  // namespace greentill::test
