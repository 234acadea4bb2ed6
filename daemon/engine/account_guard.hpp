// SPDX-License-Identifier: Apache-2.0
// Holds one account's acts against what its methodology calls plausible: so many a day, so long apart. The ledger's own limits
// hold over all terminals; this is what one terminal can see. Threads: the engine's turn.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/event/transaction.hpp"
#include "daemon/measure/methodology.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

class AccountGuard {
 public:
  /// `reader` must outlive it. Tokens are stored as a hash under `key`.
  AccountGuard(outbox::Reader& reader, crypto::Secret key) : reader_(reader), key_(std::move(key)) {}

  /// What a transaction takes of its account's limits. Dropped, it gives it back.
  class Reservation {
   public:
    Reservation() = default;
    /// The guard must outlive it.
    explicit Reservation(AccountGuard& guard) : guard_(&guard) {}
    Reservation(Reservation&& other) noexcept
        : guard_(std::exchange(other.guard_, nullptr)), uses_(std::exchange(other.uses_, {})) {}
    Reservation& operator=(Reservation&& other) noexcept {
      std::swap(guard_, other.guard_);
      std::swap(uses_, other.uses_);
      return *this;
    }
    ~Reservation() { give_back(); }

    /// To be stored with the claims.
    [[nodiscard]] const std::vector<outbox::AccountUse>& uses() const { return uses_; }
    /// It is durable, or nothing of it was stored: the store knows the truth now.
    void finish(bool stored);
    /// It is not to be stored after all.
    void give_back();

   private:
    friend class AccountGuard;
    AccountGuard* guard_ = nullptr;
    std::vector<outbox::AccountUse> uses_;
  };

  /// Why the account may not claim another such act now, or an empty text; then what it did is added to `reserved`. An event
  /// older than the account's last one is let through: in which order they were is not known any more. One dated more than a day
  /// after `now`, in Unix seconds, is let through and not counted: it would be the last one for years.
  Result<std::string> admit(const event::Transaction& transaction, const measure::Methodology& methodology, std::int64_t now,
                            Reservation& reserved);

 private:
  struct Pending {
    outbox::AccountUse use;
    outbox::AccountUse before;  ///< what it was before the last one
    std::size_t under_way = 0;
  };
  using Key = std::pair<Bytes<16>, std::string>;
  Result<outbox::AccountUse> last_use(const Key& key);

  outbox::Reader& reader_;
  crypto::Secret key_;
  std::map<Key, Pending> pending_;  ///< of transactions that are not durable yet
};

}  // namespace greentill::engine
