// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/account_guard.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/base/time_text.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::engine {
namespace {

/// The beginning of the UTC day in which `time` lies.
std::int64_t day_of(std::int64_t time) { return day_at(time) * kSecondsADay; }

/// Events that began from `from` on and before `to`.
std::int64_t count(const std::map<std::int64_t, std::int64_t>& events, std::int64_t from, std::int64_t to) {
  std::int64_t sum = 0;
  for (auto at = events.lower_bound(from); at != events.end() && at->first < to; ++at) sum += at->second;
  return sum;
}

}  // namespace

Result<AccountGuard::Events> AccountGuard::events(const Key& key, std::int64_t from, std::int64_t to) {
  const auto stored = reader_.account_uses(key.first, key.second, from, to);
  if (!stored) return Failure{stored.error()};
  Events events;
  for (const outbox::AccountUse& use : *stored) events[use.begin] = use.events;
  const auto pending = pending_.find(key);
  if (pending == pending_.end()) return events;
  for (auto at = pending->second.lower_bound(from); at != pending->second.end() && at->first < to; ++at) {
    events[at->first] = at->second.events;
  }
  return events;
}

Result<std::string> AccountGuard::admit(const event::Transaction& transaction, const measure::Methodology& methodology,
                                        Reservation& reserved) {
  const auto& a_day = methodology.limits.account_events_per_day;
  const std::int64_t apart = methodology.limits.account_min_interval_s.value_or(0);
  if (transaction.account_token.empty() || (!a_day && apart == 0)) return std::string();
  auto& uses = reserved.uses_;
  // Several lines of one sale are one event of the account.
  const bool same_event =
      std::any_of(uses.begin(), uses.end(), [&](const auto& other) { return other.activity == methodology.activity; });
  if (same_event) return std::string();
  Key key{{}, methodology.activity};
  const Digest hash = crypto::hasher().hmac_sha256(key_.view(), {as_bytes(transaction.account_token)});
  std::copy_n(hash.begin(), key.first.size(), key.first.begin());

  const std::int64_t begin = transaction.begin;
  const std::int64_t day = day_of(begin);
  const auto known = events(key, std::min(day, begin - apart), std::max(day + kSecondsADay, begin + apart));
  if (!known) return Failure{known.error()};
  if (apart != 0 && count(*known, begin - apart + 1, begin + apart) != 0) {
    return "the same account did it less than " + std::to_string(apart) + " s before or after";
  }
  const std::int64_t that_day = count(*known, day, day + kSecondsADay);
  if (a_day && that_day >= *a_day) return "the same account did it " + std::to_string(that_day) + " times that day already";
  const std::int64_t then = count(*known, begin, begin + 1) + 1;
  uses.push_back({key.first, key.second, begin, then});
  Pending& pending = pending_[key][begin];
  pending.events = then;
  ++pending.under_way;
  return std::string();
}

void AccountGuard::Reservation::finish(bool stored) {
  if (guard_ == nullptr) return;
  for (const outbox::AccountUse& use : uses_) {
    const auto account = guard_->pending_.find({use.account, use.activity});
    if (account == guard_->pending_.end()) continue;
    const auto found = account->second.find(use.begin);
    // A failed commit fails all reservations under way with it, so the pending state is dropped and the store asked again.
    if (found != account->second.end() && (!stored || --found->second.under_way == 0)) account->second.erase(found);
    if (account->second.empty()) guard_->pending_.erase(account);
  }
  uses_.clear();
}

void AccountGuard::Reservation::give_back() {
  if (guard_ == nullptr) return;
  for (const outbox::AccountUse& use : uses_) {
    const auto account = guard_->pending_.find({use.account, use.activity});
    if (account == guard_->pending_.end()) continue;
    const auto found = account->second.find(use.begin);
    if (found == account->second.end()) continue;
    --found->second.events;
    if (--found->second.under_way == 0) account->second.erase(found);
    if (account->second.empty()) guard_->pending_.erase(account);
  }
  uses_.clear();
}

}  // namespace greentill::engine
