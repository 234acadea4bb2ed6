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

/// Reads one transaction; what it takes, check_transaction() takes. How long the text may be is the caller's business.
/// Cost: a few microseconds for a few hundred bytes.
[[nodiscard]] Result<Transaction, Refusal> parse_transaction(std::string_view json);

/// A member of an object that is to be read apart from the others.
struct TakenMember {
  std::string_view value;  ///< its text. Lifetime: the object's
  std::string rest;        ///< the object's text with null in its place, where the member and its repetitions still show
};

/// For a line in which a transaction is one member among others. It finds where the value begins and ends and judges nothing:
/// both parts are to be parsed. Nothing where no member of that name shows.
[[nodiscard]] std::optional<TakenMember> take_member(std::string_view object, std::string_view name);

}  // namespace greentill::event
