// SPDX-License-Identifier: Apache-2.0
// All programmes under which claims were booked. A reversal is computed by the programme that granted the claim: otherwise the
// shares taken back would differ from those given. Private to ledger/. Threads: one.
#pragma once

#include <map>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {

class Programmes {
 public:
  /// Stores the current programme, if the store does not have it yet. All references must outlive the object.
  static Result<Programmes> open(Store& store, const Programme& current, const claim::Hasher& hasher);

  [[nodiscard]] const Programme& current() const { return *current_; }
  [[nodiscard]] std::int64_t current_id() const { return current_id_; }
  /// The programme with an id that current_id() once gave. Lifetime: this object's.
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
