// SPDX-License-Identifier: Apache-2.0
// Every programme that something was booked under: what is taken back later is reckoned by the programme it was granted by, or
// the shares that were given and those that are taken back would differ. Private to ledger/. Threads: one.
#pragma once

#include <map>
#include <memory>

#include "tools/credit-service/ledger/database.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {

class Programmes {
 public:
  /// Keeps the programme in force, if the database does not have it yet. `current` and `hasher` must outlive it.
  static Result<std::unique_ptr<Programmes>> open(Database& database, const Programme& current, const claim::Hasher& hasher);

  [[nodiscard]] const Programme& current() const { return current_; }
  [[nodiscard]] std::int64_t current_id() const { return current_id_; }
  /// One of the ids that current_id() was. Lifetime: this object's.
  Result<const Programme*> find(std::int64_t id);

 private:
  Programmes(const Programme& current, const claim::Hasher& hasher) : current_(current), hasher_(hasher) {}

  const Programme& current_;
  const claim::Hasher& hasher_;
  std::int64_t current_id_ = 0;
  std::map<std::int64_t, Programme> earlier_;
  std::unique_ptr<Statement> load_;
};

}  // namespace greentill::credit
