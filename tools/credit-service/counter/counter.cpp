// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/counter/counter.hpp"

#include "daemon/crypto/hasher.hpp"

namespace greentill::credit {

Counter::Counter(const Config& of, Store& ledger, std::int64_t at)
    : config(of),
      store(ledger),
      holders(store.accounts()),
      trees(store.trees()),
      now(at),
      accounts(store, holders, random, crypto::hasher(), now),
      spending(store, holders),
      orders(trees, holders, accounts, spending, config.trees.programme, now),
      planting(trees, config.trees.programme, now),
      catalogue(trees) {}

}  // namespace greentill::credit
