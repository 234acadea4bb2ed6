// SPDX-License-Identifier: Apache-2.0
// Holds an account's acts against what their methodology calls plausible: at most so many a day, at least so long apart. The
// ledger's own limits count over all terminals; this guard sees one terminal alone. Threads: the engine's turn.
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
  /// `reader` must outlive the guard. Account tokens are stored only as a hash keyed with `key`.
  AccountGuard(outbox::Reader& reader, crypto::Secret key) : reader_(reader), key_(std::move(key)) {}

  /// What a transaction takes of its account's limits until it is durable. Destroying it gives back what was neither finished nor
  /// given back before.
  class Reservation {
   public:
    Reservation() = default;
    /// The guard must outlive the reservation.
    explicit Reservation(AccountGuard& guard) : guard_(&guard) {}
    Reservation(Reservation&& other) noexcept
        : guard_(std::exchange(other.guard_, nullptr)), uses_(std::exchange(other.uses_, {})) {}
    Reservation& operator=(Reservation&& other) noexcept {
      std::swap(guard_, other.guard_);
      std::swap(uses_, other.uses_);
      return *this;
    }
    ~Reservation() { give_back(); }

    /// What the unit stores together with the claims.
    [[nodiscard]] const std::vector<outbox::AccountUse>& uses() const { return uses_; }
    /// The commit is over: stored, or nothing of it was stored. The store's own record counts from now on.
    void finish(bool stored);
    /// The transaction is not stored after all: its part of the limits is free again.
    void give_back();

   private:
    friend class AccountGuard;
    AccountGuard* guard_ = nullptr;
    std::vector<outbox::AccountUse> uses_;
  };

  /// Returns why the account may not claim another act of this kind now; or an empty text, and then the act is added to
  /// `reserved`. Two kinds of event are let through and not counted: one that begins before the account's last one, since their
  /// order is not known any more; and one dated more than a day after `now` (Unix seconds), since it would count as the last one
  /// for years.
  Result<std::string> admit(const event::Transaction& transaction, const measure::Methodology& methodology, std::int64_t now,
                            Reservation& reserved);

 private:
  struct Pending {
    outbox::AccountUse use;
    outbox::AccountUse before;  ///< the account's use before the transactions under way
    std::size_t under_way = 0;
  };
  using Key = std::pair<Bytes<16>, std::string>;
  Result<outbox::AccountUse> last_use(const Key& key);

  outbox::Reader& reader_;
  crypto::Secret key_;
  std::map<Key, Pending> pending_;  ///< uses that are not durable yet
};

}  // namespace greentill::engine
