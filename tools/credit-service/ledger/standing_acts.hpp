// SPDX-License-Identifier: Apache-2.0
// What stands of all acts, before any programme grants something for it. Threads: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "daemon/measure/library.hpp"
#include "tools/credit-service/ledger/books.hpp"

namespace greentill::credit {

/// An act with a holder that is accepted, and neither held nor taken back as a whole. Views: until the callback returns.
struct StandingAct {
  std::optional<std::int64_t> customer;  ///< the account that has the customer's share
  std::string_view activity;
  std::int64_t ended = 0;
  bool of_account = false;       ///< of whoever has an account, and no printed secret's
  std::int64_t measured_mg = 0;  ///< of what is left of it, by the methodology that it names; never above what was claimed
};

/// Calls `take` for each, in no order that means anything. not_found where the library lacks a methodology by which the rest of
/// an act is to be measured; else as Books::acts().
Status for_each_standing(Books& books, const measure::Library& library, const std::function<Status(const StandingAct&)>& take);

}  // namespace greentill::credit
