// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/account_guard.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::engine {

Result<outbox::AccountUse> AccountGuard::last_use(const Key& key) {
  if (const auto found = pending_.find(key); found != pending_.end()) return found->second.use;
  const auto stored = reader_.account_use(key.first, key.second);
  if (!stored) return Failure{stored.error()};
  return *stored ? **stored : outbox::AccountUse{key.first, key.second, -1, 0, -1};
}

Result<std::string> AccountGuard::admit(const event::Transaction& transaction, const measure::Methodology& methodology,
                                        std::int64_t now, Reservation& reserved) {
  const auto& a_day = methodology.limits.account_events_per_day;
  const auto& apart = methodology.limits.account_min_interval_s;
  if (transaction.account_token.empty() || (!a_day && !apart)) return std::string();
  if (transaction.begin > now + kSecondsADay) return std::string();
  Key key{{}, methodology.activity};
  const Digest hash = crypto::hasher().hmac_sha256(key_.view(), {as_bytes(transaction.account_token)});
  std::copy_n(hash.begin(), key.first.size(), key.first.begin());
  auto use = last_use(key);
  if (!use) return Failure{use.error()};
  // An event stored while the clock ran ahead: it must not count for years to come.
  const bool ahead = use->last_begin > now + kSecondsADay;
  const bool first = ahead || use->events == 0;
  if (!first && transaction.begin < use->last_begin) return std::string();
  const std::int64_t day = transaction.begin / kSecondsADay;
  auto& uses = reserved.uses_;
  // Several lines of one sale are one event of the account.
  const bool same_event = std::any_of(uses.begin(), uses.end(), [&](const auto& other) { return other.activity == key.second; });
  if (same_event) return std::string();
  if (!first && apart && transaction.begin - use->last_begin < *apart) {
    return "the same account did it less than " + std::to_string(*apart) + " s before";
  }
  const std::int64_t events = !ahead && use->day == day ? use->events : 0;
  if (a_day && events >= *a_day) return "the same account did it " + std::to_string(events) + " times that day already";
  uses.push_back({key.first, key.second, day, events + 1, transaction.begin});
  Pending& pending = pending_[key];
  pending.before = *use;
  pending.use = uses.back();
  ++pending.under_way;
  return std::string();
}

void AccountGuard::Reservation::finish(bool stored) {
  if (guard_ == nullptr) return;
  for (const outbox::AccountUse& use : uses_) {
    const auto found = guard_->pending_.find({use.account, use.activity});
    if (found == guard_->pending_.end()) continue;
    // A failed commit fails all reservations under way with it, so the pending state is dropped and the store asked again.
    if (!stored || --found->second.under_way == 0) guard_->pending_.erase(found);
  }
  uses_.clear();
}

void AccountGuard::Reservation::give_back() {
  if (guard_ == nullptr) return;
  for (const outbox::AccountUse& use : uses_) {
    const auto found = guard_->pending_.find({use.account, use.activity});
    if (found == guard_->pending_.end()) continue;
    found->second.use = found->second.before;
    if (--found->second.under_way == 0) guard_->pending_.erase(found);
  }
  uses_.clear();
}

}  // namespace greentill::engine
