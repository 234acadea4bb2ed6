// SPDX-License-Identifier: Apache-2.0
// Bookings that people decide, and years that were closed: what is stored of them. docs/bookkeeping.md. Amounts are mg, times
// Unix seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"

namespace greentill::credit {

/// What moves credit from one to another, though it is of no act and no order: one person proposes it, another approves it.
struct Voucher {
  enum class Kind : std::uint8_t {
    correction = 0,  ///< mends what was booked wrongly
    payout = 1,      ///< a merchant's credit that is paid out in money
    funding = 2,     ///< pays into a budget
    returned = 3,    ///< a payout that was not made, or came back
  };
  enum class State : std::uint8_t {
    proposed = 0,
    booked = 1,
    rejected = 2,
    paid = 3,      ///< a payout that was made
    returned = 4,  ///< a payout that was not, or came back: its credit is where it was
  };

  std::int64_t no = 0;  ///< 0: not stored yet
  Kind is = Kind::correction;
  State state = State::proposed;
  std::string from, to;  ///< as vouchers.hpp spells parties
  std::int64_t mg = 0;
  std::int64_t of = 0;  ///< the payout that is returned; else 0
  std::string why;
  std::string proposed_by;
  std::int64_t proposed_at = 0;
  std::string decided_by;  ///< who approved or rejected it
  std::optional<std::int64_t> decided_at;
  std::string reference;                   ///< of the payment
  std::string settled_by;                  ///< who noted that it was paid
  std::optional<std::int64_t> settled_at;  ///< when it was paid, or came back
};

[[nodiscard]] constexpr std::string_view to_words(Voucher::Kind kind) {
  switch (kind) {
    case Voucher::Kind::correction: return "correction";
    case Voucher::Kind::payout: return "payout";
    case Voucher::Kind::funding: return "funding";
    case Voucher::Kind::returned: return "returned";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_words(Voucher::State state) {
  switch (state) {
    case Voucher::State::proposed: return "proposed";
    case Voucher::State::booked: return "booked";
    case Voucher::State::rejected: return "rejected";
    case Voucher::State::paid: return "paid";
    case Voucher::State::returned: return "returned";
  }
  return "unknown";
}

/// From what campaigns are paid.
struct Budget {
  std::string name;
  std::int64_t mg = 0;  ///< what it has left
};

/// A year that was closed, in the zone of the programme that was in force then.
struct YearClose {
  std::int64_t year = 0;
  std::int64_t begin = 0, end = 0;  ///< from `begin` to before `end`
  std::int64_t bookings = 0;        ///< how many were made in it
  Digest digest{};                  ///< over them, as year_sums.hpp makes it
  std::string content;              ///< JSON: the sums by kind of account
  std::string closed_by;
  std::int64_t closed_at = 0;
};

}  // namespace greentill::credit
