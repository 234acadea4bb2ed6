// SPDX-License-Identifier: Apache-2.0
// The step ride, of one lock: which rides came, whether they go on from one another, and up to where all are settled
// (docs/ledger.md, "Rides of locks"). Called within the store's current transaction. Private to ledger/. Threads: one.
//
// What always holds:
// - A ride is noted once, as it first came, whichever claims and docks it comes with; only what its lock signed is noted.
// - Links are held against both neighbours, so that a contradiction is found in whichever order rides come.
// - What is settled stays settled.
#pragma once

#include "tools/credit-service/ledger/notices.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class LockChains {
 public:
  /// Both must outlive it.
  LockChains(Store& store, Notices& notices) : store_(store), notices_(notices) {}

  /// Notes a ride that came with that claim of the device, whatever becomes of the claim. Whether a claim of it is held, since
  /// the lock's chain is contradicted there or before.
  Result<bool> note(const SeenRide& ride, const std::string& device, std::int64_t claim, std::int64_t came, std::int64_t now);
  /// Binds the ride to that claim, which was accepted with these nullifiers. False where a claim of another act has it: one ride
  /// is one act, also where two docks date it so that they claim it under two versions of their root's key.
  Result<bool> bind(const SeenRide& ride, const claim::Nullifiers& nullifiers, std::int64_t claim);
  /// The act of that claim is settled, and with it the ride that the claim carries, if it does.
  Status settle(const claim::Reduction& reduction, std::int64_t now);
  /// Settles what time settles; work that is due for a lock.
  Status look(const Work& work, std::int64_t now);

 private:
  Result<std::optional<LockFaultKind>> contradiction(const SeenRide& ride, const std::optional<KeptRide>& kept);
  Result<bool> fits(const SeenRide& ride);
  Status advance(const std::string& lock, std::int64_t now);
  Result<std::uint64_t> next_settled(const std::string& lock, std::uint64_t up_to, std::int64_t now);
  Status look_later(const std::string& lock, std::int64_t due);

  Store& store_;
  Notices& notices_;
};

/// The link that a ride carries which goes on from one with that digest.
[[nodiscard]] std::int64_t link_of(const Digest& digest);

}  // namespace greentill::credit
