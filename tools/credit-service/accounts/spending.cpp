// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/accounts/spending.hpp"

#include <algorithm>

#include "tools/common/text.hpp"

namespace greentill::credit {

Result<Spending::Credit> Spending::credit(const std::string& account, std::int64_t now) {
  const auto purses = accounts_.purses(account);
  if (!purses) return Failure{purses.error()};
  Credit credit;
  for (const Purse& purse : *purses) {
    const auto has = ledger_.balance(purse.no);
    const auto spendable = has ? ledger_.spendable(purse.no, now) : has;
    if (!spendable) return Failure{spendable.error()};
    credit.balance += *has;
    credit.spendable += *spendable;
  }
  const auto spends = accounts_.spends(account);
  if (!spends) return Failure{spends.error()};
  for (const Spend& spend : *spends) {
    if (spend.is_open()) credit.reserved += spend.mg;
    if (spend.state == Spend::State::spent) credit.spent += spend.mg;
  }
  return credit;
}

Result<Spend> Spending::reserve(const std::string& account, std::int64_t order, std::int64_t mg, std::int64_t now) {
  if (mg <= 0) return fail(ErrorCode::invalid, "what is set aside is more than 0");
  const auto purses = accounts_.purses(account);
  if (!purses) return Failure{purses.error()};
  Booking booking{0, BookingKind::spent, now, now, {}};
  std::int64_t missing = mg;
  for (const Purse& purse : *purses) {
    const auto spendable = ledger_.spendable(purse.no, now);
    if (!spendable) return Failure{spendable.error()};
    const std::int64_t part = std::min(*spendable, missing);
    if (part > 0) booking.legs.push_back({purse.no, -part});
    missing -= part;
    if (missing == 0) break;
  }
  if (missing > 0) {
    return fail(ErrorCode::conflict, "account " + account + " can spend " + tools::grams_text(mg - missing) + " now, and " +
                                         tools::grams_text(mg) + " are wanted: " + tools::grams_text(missing) + " are missing");
  }
  Spend spend{0, account, order, mg, Spend::State::reserved, now, {}};
  const auto no = accounts_.add_spend(spend);
  if (!no) return Failure{no.error()};
  spend.no = *no;
  const auto reserved = ledger_.system_account("reserved", spend.no);
  if (!reserved) return Failure{reserved.error()};
  booking.claim = booked_as_spend(spend.no);
  booking.legs.push_back({*reserved, mg});
  if (Status booked = ledger_.book(booking); !booked) return Failure{booked.error()};
  return spend;
}

Status Spending::decide(Spend& spend, Spend::State state, std::int64_t now) {
  if (spend.state == state) return Done{};
  if (!spend.is_open()) {
    return fail(ErrorCode::conflict, "what account " + spend.account + " set aside for order " + std::to_string(spend.order) +
                                         " is " + std::string(to_words(spend.state)) + " already");
  }
  if (state == Spend::State::agreed) {
    spend.state = state;
    return accounts_.put(spend);
  }
  const auto reserved = ledger_.system_account("reserved", spend.no);
  if (!reserved) return Failure{reserved.error()};
  Booking booking{booked_as_spend(spend.no), BookingKind::spent, now, now, {{*reserved, -spend.mg}}};
  if (state == Spend::State::spent) {
    const auto spent = ledger_.system_account("spent", spend.no);
    if (!spent) return Failure{spent.error()};
    booking.legs.push_back({*spent, spend.mg});
  } else {
    const auto before = ledger_.bookings(booked_as_spend(spend.no));
    if (!before) return Failure{before.error()};
    if (before->empty()) return fail(ErrorCode::corrupt, "ledger: spend " + std::to_string(spend.no) + " has no booking");
    for (const Leg& leg : before->front().legs) {
      if (leg.account != *reserved) booking.legs.push_back({leg.account, -leg.mg});
    }
  }
  if (Status booked = ledger_.book(booking); !booked) return booked;
  spend.state = state;
  spend.decided_at = now;
  return accounts_.put(spend);
}

}  // namespace greentill::credit
