// SPDX-License-Identifier: Apache-2.0
// Holds an account's acts against what their methodology calls plausible: at most so many a day, at least so long apart. Each act
// counts on the day when it began, and beside its neighbours of that time, in whatever order acts are reported: several sources
// and an offline dock tell theirs late, and whoever wants the guard out of the way would date one act ahead. The ledger's own
// limits count over all terminals; this guard sees one terminal alone. Threads: the engine's turn.
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

  /// Returns why the account may not claim this act; or an empty text, and then the act is added to `reserved`. Acts of which
  /// part or all was taken back count on: that they were done is not in doubt.
  Result<std::string> admit(const event::Transaction& transaction, const measure::Methodology& methodology,
                            Reservation& reserved);

 private:
  using Account = Bytes<16>;
  using Key = std::pair<Account, std::string>;          ///< with the activity
  using Events = std::map<std::int64_t, std::int64_t>;  ///< how many began when
  struct Pending {
    std::int64_t events = 0;  ///< that began then, the stored ones among them
    std::size_t under_way = 0;
  };
  /// The account's acts that began from `from` on and before `to`, stored and under way.
  Result<Events> events(const Key& key, std::int64_t from, std::int64_t to);

  outbox::Reader& reader_;
  crypto::Secret key_;
  std::map<Key, std::map<std::int64_t, Pending>> pending_;  ///< uses that are not durable yet, by their begin
};

}  // namespace greentill::engine
