// SPDX-License-Identifier: Apache-2.0
// The one reader of a transaction's JSON form (docs/api.md), for the API, the journal, programs and the labelled set. Strict: an
// unknown or repeated field, null, a number that is not an exact integer, or a text out of its limits refuses the transaction.
// Card numbers are masked here, before anybody else sees the text. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/result.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::event {

/// Reads one transaction. What it accepts, check_transaction() accepts too. The caller bounds the text's length. Cost: a few
/// microseconds for a few hundred bytes.
[[nodiscard]] Result<Transaction, Refusal> parse_transaction(std::string_view json);

/// A member that was taken out of an object's text.
struct TakenMember {
  std::string_view value;  ///< its text. Lifetime: the object's
  /// The object's text with null in the value's place, so that the member still shows, and so does a second one of its name.
  std::string rest;
};

/// Takes out a member of an object, for lines in which a transaction is one member among others. It only finds where the value
/// begins and ends: the caller must still parse both parts. Nothing where no member of that name is found.
[[nodiscard]] std::optional<TakenMember> take_member(std::string_view object, std::string_view name);

}  // namespace greentill::event
