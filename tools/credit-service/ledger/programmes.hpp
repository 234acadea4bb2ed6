// SPDX-License-Identifier: Apache-2.0
// Every programme that something was booked under: what is taken back later is reckoned by the programme it was granted by, or
// the shares that were given and those that are taken back would differ. Private to ledger/. Threads: one.
#pragma once

#include <map>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

class Programmes {
 public:
  /// Keeps the programme in force, if the store does not have it yet. All references must outlive it.
  static Result<Programmes> open(Store& store, const Programme& current, const claim::Hasher& hasher);

  [[nodiscard]] const Programme& current() const { return *current_; }
  [[nodiscard]] std::int64_t current_id() const { return current_id_; }
  /// One of the ids that current_id() was. Lifetime: this object's.
  Result<const Programme*> find(std::int64_t id);

 private:
  Programmes(Store& store, const Programme& current, const claim::Hasher& hasher, std::int64_t id)
      : store_(&store), current_(&current), hasher_(&hasher), current_id_(id) {}

  Store* store_;
  const Programme* current_;
  const claim::Hasher* hasher_;
  std::int64_t current_id_;
  std::map<std::int64_t, Programme> earlier_;
};

}  // namespace greentill::credit
