// SPDX-License-Identifier: Apache-2.0
// Limits, bookings and accounts.
#include <algorithm>

#include "tools/credit-service/ledger/postgres/postgres_store.hpp"

namespace greentill::credit {
namespace {

constexpr std::string_view kGap("\0", 1);
constexpr std::string_view kMerchant = "merchant";
constexpr const char* kFindAccount =
    "SELECT no, coalesce(owner, '') FROM account_numbers WHERE kind = $1 AND name = $2 AND slot = $3";

}  // namespace

Result<std::int64_t> PostgresStore::used(std::string_view subject, std::string_view activity, std::int64_t period) {
  if (!inside_) forget_kept();
  LimitUse& limit = limits_[KeyOfDay(subject, activity, period)];
  if (!limit.stored) {
    auto row =
        database_.ask("SELECT used FROM limits WHERE subject = $1 AND activity = $2 AND period = $3", subject, activity, period);
    const std::int64_t stored = row.next() ? row.integer(0) : 0;
    if (!row.status()) return Failure{row.status().error()};
    limit.stored = stored;
  }
  return *limit.stored + limit.added;
}

Status PostgresStore::use(std::string_view subject, std::string_view activity, std::int64_t period, std::int64_t mg) {
  return as_one([&]() -> Status {
    limits_[KeyOfDay(subject, activity, period)].added += mg;
    return Done{};
  });
}

Status PostgresStore::write_limits() {
  for (auto& [key, limit] : limits_) {
    const std::int64_t added = std::exchange(limit.added, 0);
    if (added == 0) continue;
    limit.stored.reset();
    const auto& [subject, activity, period] = key;
    Status written = database_.send(
        "INSERT INTO limits AS l VALUES($1, $2, $3, $4) ON CONFLICT (subject, activity, period) DO UPDATE "
        "SET used = l.used + excluded.used",
        subject, activity, period, added);
    if (!written) return written;
  }
  return Done{};
}

Result<std::string> PostgresStore::place_of(std::int64_t claim) {
  if (is_spend(claim)) return "spend " + std::to_string(-claim);
  if (is_voucher(claim)) return "voucher " + std::to_string(-claim - kFirstVoucher);
  if (claim < 0) return "lapse " + std::to_string(-claim - kFirstLapse);
  const auto device = device_of(chain_of(claim));
  return device ? Result<std::string>(std::string(*device)) : Failure{device.error()};
}

Result<std::int64_t> PostgresStore::next_booking(std::int64_t claim, const std::string& place) {
  const auto known = booked_.find(claim);
  if (known != booked_.end()) return ++known->second;
  if (Status written = write_bookings(); !written) return Failure{written.error()};
  auto row = database_.ask("SELECT coalesce(max(number), 0) FROM bookings WHERE by_device = $1 AND claim = $2", place, claim);
  const std::int64_t number = (row.next() ? row.integer(0) : 0) + 1;
  if (!row.status()) return Failure{row.status().error()};
  return booked_[claim] = number;
}

Status PostgresStore::book(const Booking& booking) {
  std::int64_t sum = 0;
  for (const Leg& leg : booking.legs) sum += leg.mg;
  if (sum != 0) return fail(ErrorCode::invalid, "ledger: the legs of a booking do not add up to 0");
  return as_one([&]() -> Status {
    const auto place = place_of(booking.claim);
    if (!place) return Failure{place.error()};
    if (booking.kind == BookingKind::grant) booked_.try_emplace(booking.claim, 0);
    const auto number = next_booking(booking.claim, *place);
    if (!number) return Failure{number.error()};
    if (bookings_of_ != *place || new_bookings_.rows() >= postgres::Gathered::kMost) {
      if (Status written = write_bookings(); !written) return written;
      bookings_of_ = *place;
    }
    new_bookings_.add(booking.claim, *number, static_cast<int>(booking.kind), booking.at, booking.spendable_at,
                      legs_cell(booking.legs, legs_cell_));
    for (const Leg& leg : booking.legs) {
      if (Status posted = post(leg, booking, *number); !posted) return posted;
    }
    return Done{};
  });
}

Status PostgresStore::write_bookings() { return new_bookings_.write(database_, bookings_of_); }

Status PostgresStore::post(const Leg& leg, const Booking& booking, std::int64_t number) {
  const auto name = named(leg.account);
  if (!name) return Failure{name.error()};
  added_[leg.account] += leg.mg;
  if (is_system_account((*name)->kind)) return Done{};
  new_legs_.push_back({leg.account, booking.at, booking.claim, number, leg.mg, booking.spendable_at});
  return Done{};
}

Status PostgresStore::write_legs() {
  std::ranges::stable_sort(new_legs_, {}, &PostedLeg::account);
  for (auto leg = new_legs_.begin(); leg != new_legs_.end();) {
    const std::int64_t account = leg->account;
    for (; leg != new_legs_.end() && leg->account == account; ++leg) {
      legs_of_one_.add(leg->at, leg->claim, leg->booking, leg->mg, leg->spendable_at);
    }
    if (Status written = legs_of_one_.write(database_, account); !written) return written;
  }
  new_legs_.clear();
  return Done{};
}

Result<std::vector<Booking>> PostgresStore::bookings(std::int64_t claim) {
  const auto read = [claim](const Rows& row) -> std::optional<Booking> {
    auto legs = parse_legs(row.bytes(3));
    if (!legs) return std::nullopt;
    return Booking{claim, static_cast<BookingKind>(row.integer(0)), row.integer(1), row.integer(2), std::move(*legs)};
  };
  const auto place = place_of(claim);
  if (!place) return Failure{place.error()};
  if (Status written = write_bookings(); !written) return Failure{written.error()};
  return list_of<Booking>(
      read, database_.ask("SELECT kind, at, spendable_at, legs FROM bookings WHERE by_device = $1 AND claim = $2 ORDER BY number",
                          *place, claim));
}

Result<std::int64_t> PostgresStore::account(std::string_view kind, std::string_view name, unsigned slot) {
  if (!inside_) forget_kept();
  std::string key = std::string(kind).append(kGap).append(name).append(kGap).append(std::to_string(slot));
  if (const auto known = accounts_.find(key); known != accounts_.end()) return known->second;
  std::int64_t no = 0;
  std::string owner;
  Status found = as_one([&]() -> Status {
    auto row = database_.ask(kFindAccount, kind, name, std::int64_t{slot});
    if (row.next()) {
      no = row.integer(0);
      owner = row.text(1);
    }
    if (!row.status()) return row.status();
    if (no != 0) return Done{};
    const auto added = new_account(kind, name, slot);
    if (added) no = *added;
    return added ? Status(Done{}) : Status(Failure{added.error()});
  });
  if (!found) return Failure{found.error()};
  learn(no, {std::string(kind), std::string(name), std::move(owner)}, std::move(key));
  return no;
}

const PostgresStore::AccountName& PostgresStore::learn(std::int64_t no, AccountName name, std::string key) {
  learned_ = true;
  // A customer's may belong to somebody else, or be called otherwise, when the next transaction begins.
  if (!is_system_account(name.kind) && name.kind != kMerchant) passing_.emplace_back(no, key);
  if (!key.empty()) accounts_.emplace(std::move(key), no);
  return account_names_.insert_or_assign(no, std::move(name)).first->second;
}

Result<std::optional<std::int64_t>> PostgresStore::find_account(std::string_view kind, std::string_view name) {
  auto row = database_.ask(kFindAccount, kind, name, std::int64_t{0});
  const auto found = row.next() ? std::optional(row.integer(0)) : std::nullopt;
  return row.result(found);
}

Result<std::int64_t> PostgresStore::new_account(std::string_view kind, std::string_view name, unsigned slot) {
  const auto no = next_number("SELECT nextval('account_no')");
  if (!no) return Failure{no.error()};
  Status added = database_.send("INSERT INTO account_numbers VALUES($1, $2, $3, $4, NULL)", kind, name, std::int64_t{slot}, *no);
  if (added) added = database_.send("INSERT INTO accounts VALUES($1, $2, $3, $4, 0, NULL)", *no, kind, name, std::int64_t{slot});
  return added ? no : Result<std::int64_t>(Failure{added.error()});
}

Result<std::pair<std::string, std::string>> PostgresStore::account_name(std::int64_t account) {
  const auto name = named(account);
  if (!name) return Failure{name.error()};
  return std::pair((*name)->kind, (*name)->name);
}

Result<std::string> PostgresStore::owner(std::int64_t account) {
  const auto known = named(account);
  if (!known) return Failure{known.error()};
  if ((*known)->kind != kMerchant) return (*known)->owner;
  auto row = database_.ask("SELECT coalesce(owner, '') FROM accounts WHERE no = $1", account);
  std::string owner = row.next() ? std::string(row.text(0)) : "";
  return row.result(std::move(owner));
}

Status PostgresStore::set_owner(std::int64_t account, const std::string& participant) {
  const auto known = named(account);
  if (!known) return Failure{known.error()};
  const AccountName name = **known;
  return as_one([&]() -> Status {
    learn(account, {name.kind, name.name, participant}, {});
    Status set = database_.change_one("UPDATE accounts SET owner = $1 WHERE no = $2", participant, account);
    if (!set) return set;
    return database_.change_one("UPDATE account_numbers SET owner = $1 WHERE kind = $2 AND name = $3 AND slot = 0", participant,
                                name.kind, name.name);
  });
}

Status PostgresStore::rename_account(std::int64_t account, const std::string& kind, const std::string& name) {
  const auto known = named(account);
  if (!known) return Failure{known.error()};
  const AccountName before = **known;
  return as_one([&]() -> Status {
    forget_passing();
    Status named = database_.change_one("UPDATE accounts SET kind = $1, name = $2 WHERE no = $3", kind, name, account);
    if (named) {
      named = database_.change_one("DELETE FROM account_numbers WHERE kind = $1 AND name = $2 AND slot = 0", before.kind,
                                   before.name);
    }
    if (!named) return named;
    const auto owner = before.owner.empty() ? std::nullopt : std::optional<std::string_view>(before.owner);
    return database_.send("INSERT INTO account_numbers VALUES($1, $2, 0, $3, $4)", kind, name, account, owner);
  });
}

Result<const PostgresStore::AccountName*> PostgresStore::named(std::int64_t account) {
  if (!inside_) forget_kept();
  if (const auto known = account_names_.find(account); known != account_names_.end()) return &known->second;
  auto row = database_.ask("SELECT kind, name, coalesce(owner, '') FROM accounts WHERE no = $1", account);
  if (row.next()) return &learn(account, {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))}, {});
  if (!row.status()) return Failure{row.status().error()};
  return database_.damaged("account " + std::to_string(account) + " is missing");
}

Result<std::int64_t> PostgresStore::balance(std::int64_t account) {
  auto row = database_.ask("SELECT balance FROM accounts WHERE no = $1", account);
  if (row.next()) {
    const auto added = added_.find(account);
    return row.integer(0) + (added == added_.end() ? 0 : added->second);
  }
  if (!row.status()) return Failure{row.status().error()};
  return database_.damaged("account " + std::to_string(account) + " is missing");
}

Result<std::int64_t> PostgresStore::spendable(std::int64_t account, std::int64_t at) {
  const auto has = balance(account);
  if (!has || *has <= 0) return has ? Result<std::int64_t>(0) : has;
  if (Status written = write_legs(); !written) return Failure{written.error()};
  auto ripe = database_.ask("SELECT coalesce(sum(mg), 0) FROM legs WHERE account = $1 AND spendable_at <= $2", account, at);
  const std::int64_t sum = ripe.next() ? ripe.integer(0) : 0;
  return ripe.result(std::clamp<std::int64_t>(sum, 0, *has));
}

Status PostgresStore::write_balances() {
  for (const auto& [account, mg] : added_) {
    if (mg == 0) continue;
    Status written = database_.change_one("UPDATE accounts SET balance = balance + $1 WHERE no = $2", mg, account);
    if (!written) return written;
  }
  added_.clear();
  return Done{};
}

}  // namespace greentill::credit
