// SPDX-License-Identifier: Apache-2.0
// Limits, bookings and accounts.
#include <algorithm>

#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

constexpr std::string_view kZero("\0", 1);

std::optional<std::int64_t> first_integer(const Query& row) { return row.integer(0); }

}  // namespace

Status SqliteStore::prepare_book() {
  return sqlite::prepare_all(
      database_, {{find_used_, "SELECT used FROM limits WHERE subject = ? AND activity = ? AND period = ?"},
                  {add_used_, "INSERT INTO limits VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET used = used + excluded.used"},
                  {add_booking_,
                   "INSERT INTO bookings SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 FROM bookings WHERE claim = ?1 "
                   "RETURNING number"},
                  {add_leg_, "INSERT INTO legs VALUES(?, ?, ?, ?, ?, ?)"},
                  {find_account_, "SELECT no, coalesce(owner, '') FROM accounts WHERE kind = ? AND name = ? AND slot = ?"},
                  {account_name_, "SELECT kind, name, coalesce(owner, '') FROM accounts WHERE no = ?"},
                  {find_balance_, "SELECT balance FROM accounts WHERE no = ?"},
                  {add_balance_, "UPDATE accounts SET balance = balance + ? WHERE no = ?"}});
}

SqliteStore::LimitUse& SqliteStore::limit_use(std::string_view subject, std::string_view activity, std::int64_t period) {
  key_.assign(subject).append(kZero).append(activity).append(kZero).append(std::to_string(period));
  const auto [found, is_new] = limits_.try_emplace(key_);
  if (is_new) found->second = {std::string(subject), std::string(activity), period, std::nullopt, 0};
  return found->second;
}

Result<std::int64_t> SqliteStore::used(std::string_view subject, std::string_view activity, std::int64_t period) {
  if (!is_inside_) forget_kept();
  LimitUse& limit = limit_use(subject, activity, period);
  if (!limit.stored) {
    Query row(find_used_, subject, activity, period);
    const std::int64_t stored = row.next() ? row.integer(0) : 0;
    if (Status read = row.status(); !read) return Failure{read.error()};
    limit.stored = stored;
  }
  return *limit.stored + limit.added;
}

Status SqliteStore::use(std::string_view subject, std::string_view activity, std::int64_t period, std::int64_t mg) {
  return as_one([&]() -> Status {
    limit_use(subject, activity, period).added += mg;
    return Done{};
  });
}

Status SqliteStore::write_limits() {
  for (auto& [key, limit] : limits_) {
    const std::int64_t added = std::exchange(limit.added, 0);
    if (added == 0) continue;
    limit.stored.reset();
    if (Status written = add_used_.run(limit.subject, limit.activity, limit.period, added); !written) return written;
  }
  return Done{};
}

Status SqliteStore::book(const Booking& booking) {
  std::int64_t sum = 0;
  for (const Leg& leg : booking.legs) sum += leg.mg;
  if (sum != 0) return fail(ErrorCode::invalid, "ledger: the legs of a booking do not add up to 0");
  return as_one([&]() -> Status {
    std::int64_t number = 0;
    {
      Query row(add_booking_, booking.claim, static_cast<int>(booking.kind), booking.at, booking.spendable_at,
                legs_cell(booking.legs, legs_cell_));
      while (row.next()) number = row.integer(0);
      if (Status added = row.status(); !added) return added;
    }
    for (const Leg& leg : booking.legs) {
      if (Status posted = post(leg, booking, number); !posted) return posted;
    }
    return Done{};
  });
}

Status SqliteStore::post(const Leg& leg, const Booking& booking, std::int64_t number) {
  const auto name = named(leg.account);
  if (!name) return Failure{name.error()};
  added_[leg.account] += leg.mg;
  if (is_system_account((*name)->kind)) return Done{};
  return add_leg_.run(leg.account, booking.at, booking.claim, number, leg.mg, booking.spendable_at);
}

Result<std::vector<Booking>> SqliteStore::bookings(std::int64_t claim) {
  const auto read = [claim](const Query& row) -> std::optional<Booking> {
    auto legs = parse_legs(row.bytes(3));
    if (!legs) return std::nullopt;
    return Booking{claim, static_cast<BookingKind>(row.integer(0)), row.integer(1), row.integer(2), std::move(*legs)};
  };
  return list<Booking>(read, "SELECT kind, at, spendable_at, legs FROM bookings WHERE claim = ? ORDER BY number", claim);
}

Result<std::int64_t> SqliteStore::account(std::string_view kind, std::string_view name, unsigned slot) {
  if (!is_inside_) forget_kept();
  key_.assign(kind).append(kZero).append(name).append(kZero).append(std::to_string(slot));
  if (const auto known = accounts_.find(key_); known != accounts_.end()) return known->second;
  std::int64_t no = 0;
  std::string owner;
  {
    Query row(find_account_, kind, name, std::int64_t{slot});
    if (row.next()) {
      no = row.integer(0);
      owner = row.text(1);
    }
    if (Status read = row.status(); !read) return Failure{read.error()};
  }
  if (no == 0) {
    Status added = run_once("INSERT INTO accounts VALUES(NULL, ?, ?, ?, 0, NULL)", kind, name, std::int64_t{slot});
    if (!added) return Failure{added.error()};
    no = database_.last_row();
  }
  accounts_.emplace(key_, no);
  account_names_.emplace(no, AccountName{std::string(kind), std::string(name), std::move(owner)});
  return no;
}

Result<std::pair<std::string, std::string>> SqliteStore::account_name(std::int64_t account) {
  const auto name = named(account);
  if (!name) return Failure{name.error()};
  return std::pair((*name)->kind, (*name)->name);
}

Result<const SqliteStore::AccountName*> SqliteStore::named(std::int64_t account) {
  if (!is_inside_) forget_kept();
  if (const auto known = account_names_.find(account); known != account_names_.end()) return &known->second;
  Query row(account_name_, account);
  if (row.next())
    return &account_names_
                .emplace(account, AccountName{std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))})
                .first->second;
  if (Status read = row.status(); !read) return Failure{read.error()};
  return database_.damaged("account " + std::to_string(account) + " is missing");
}

Result<std::int64_t> SqliteStore::balance(std::int64_t account) {
  Query row(find_balance_, account);
  if (row.next()) {
    const auto added = added_.find(account);
    return row.integer(0) + (added == added_.end() ? 0 : added->second);
  }
  if (Status read = row.status(); !read) return Failure{read.error()};
  return database_.damaged("account " + std::to_string(account) + " is missing");
}

Result<std::int64_t> SqliteStore::spendable(std::int64_t account, std::int64_t at) {
  const auto has = balance(account);
  if (!has || *has <= 0) return has ? Result<std::int64_t>(0) : has;
  const auto ripe = list<std::int64_t>(
      first_integer, "SELECT coalesce(sum(mg), 0) FROM legs WHERE account = ? AND spendable_at <= ?", account, at);
  if (!ripe) return Failure{ripe.error()};
  return std::clamp<std::int64_t>(ripe->front(), 0, *has);
}

Result<std::optional<std::int64_t>> SqliteStore::find_account(std::string_view kind, std::string_view name) {
  Query row(find_account_, kind, name, 0);
  const auto found = row.next() ? std::optional(row.integer(0)) : std::nullopt;
  return row.result(found);
}

Result<std::string> SqliteStore::owner(std::int64_t account) {
  const auto name = named(account);
  if (!name) return Failure{name.error()};
  return (*name)->owner;
}

Status SqliteStore::set_owner(std::int64_t account, const std::string& participant) {
  account_names_.erase(account);
  return run_once("UPDATE accounts SET owner = ? WHERE no = ?", participant, account);
}

Status SqliteStore::rename_account(std::int64_t account, const std::string& kind, const std::string& name) {
  accounts_.clear();
  account_names_.erase(account);
  return run_once("UPDATE accounts SET kind = ?, name = ? WHERE no = ?", kind, name, account);
}

Status SqliteStore::write_balances() {
  for (const auto& [account, mg] : added_) {
    if (mg == 0) continue;
    if (Status written = add_balance_.run(mg, account); !written) return written;
  }
  added_.clear();
  return Done{};
}

}  // namespace greentill::credit
