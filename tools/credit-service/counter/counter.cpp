// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/counter/counter.hpp"

#include "daemon/crypto/hasher.hpp"
#include "tools/credit-service/access/access_store.hpp"

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
      catalogue(trees),
      vouchers(store, store.bookkeeping(), holders, accounts, now) {}

Status Counter::merge(const std::string& from, const std::string& into) {
  const auto before = accounts.find(from);
  if (!before) return Failure{before.error()};
  if (Status merged = accounts.merge(before->id, into); !merged) return merged;
  const auto after = accounts.find(into);
  if (!after) return Failure{after.error()};
  return trees.move_certificates(before->id, after->id);
}

Result<Account> Counter::erase(const std::string& id) {
  const auto account = accounts.find(id);
  if (!account) return Failure{account.error()};
  if (Status cancelled = orders.cancel_all(account->id); !cancelled) return Failure{cancelled.error()};
  auto erased = accounts.erase(account->id);
  if (!erased) return erased;
  if (Status ended = store.access().end_tokens_of(account->id, now); !ended) return Failure{ended.error()};
  return erased;
}

}  // namespace greentill::credit
