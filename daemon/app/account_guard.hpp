// SPDX-License-Identifier: Apache-2.0
// Holds one account's acts against what its methodology calls plausible: so many a day, so long apart. The ledger's own limits
// hold over all terminals; this is what one terminal can see. Threads: the engine's strand.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/detect/transaction.hpp"
#include "daemon/measure/methodology.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::app {

class AccountGuard {
 public:
  /// `reader` must outlive it. Tokens are stored as a hash under `key`.
  AccountGuard(outbox::Reader& reader, const Digest& key) : reader_(reader), key_(key) {}

  /// Why the account may not claim another such act now, or an empty text; then what it did is added to `uses`, to be stored with
  /// the claim. An event older than the account's last one is let through: in which order they were is not known any more. One
  /// dated more than a day after `now`, in Unix seconds, is let through and not counted: it would be the last one for years.
  Result<std::string> admit(const detect::Transaction& transaction, const measure::Methodology& methodology, std::int64_t now,
                            std::vector<outbox::AccountUse>& uses);

  /// What admit() added is durable, or nothing of it was stored.
  void settle(const std::vector<outbox::AccountUse>& uses, bool stored);
  /// What admit() added last is not to be stored after all.
  void drop(const std::vector<outbox::AccountUse>& uses);

 private:
  struct Pending {
    outbox::AccountUse use;
    outbox::AccountUse before;  ///< what it was before the last one
    std::size_t under_way = 0;
  };
  using Key = std::pair<Bytes<16>, std::string>;
  Result<outbox::AccountUse> last_use(const Key& key);

  outbox::Reader& reader_;
  Digest key_;
  std::map<Key, Pending> pending_;  ///< of transactions that are not durable yet
};

}  // namespace greentill::app
