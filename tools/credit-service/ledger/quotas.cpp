// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/quotas.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kMostDays = 90;
constexpr std::int64_t kFirstDays = 14;

std::int64_t filled(std::int64_t left, std::int64_t per_day, std::int64_t seconds) {
  const std::int64_t most = kMostDays * per_day;
  if (seconds <= 0) return left;
  if (seconds >= kMostDays * kSecondsADay) return std::max(left, most);
  // In parts of a day and seconds, so that nothing overflows.
  const std::int64_t days = seconds / kSecondsADay;
  const std::int64_t rest = seconds % kSecondsADay;
  return std::max(left, std::min(most, left + days * per_day + rest * per_day / kSecondsADay));
}

std::int64_t wait_for(std::int64_t left, std::int64_t per_day, std::uint64_t wanted) {
  const std::int64_t need = std::min(static_cast<std::int64_t>(wanted), kMostDays * per_day) - left;
  if (need <= 0) return 0;
  return need * kSecondsADay / per_day + 1;
}

void take(std::int64_t& left, std::uint64_t used) { left = std::max<std::int64_t>(0, left - static_cast<std::int64_t>(used)); }

}  // namespace

DeviceBook first_book(const Quota& quota, std::int64_t now) {
  DeviceBook book;
  book.first_heard = book.last_heard = book.quota_at = now;
  book.quota_claims = kFirstDays * quota.claims_per_day;
  book.quota_bytes = kFirstDays * quota.bytes_per_day;
  return book;
}

void fill_quota(DeviceBook& book, const Quota& quota, std::int64_t now) {
  const std::int64_t seconds = now - book.quota_at;
  // By the minute, so that what a second fills is not rounded away each time.
  if (seconds < 60) return;
  book.quota_claims = filled(book.quota_claims, quota.claims_per_day, seconds);
  book.quota_bytes = filled(book.quota_bytes, quota.bytes_per_day, seconds);
  book.quota_at = now;
}

std::int64_t seconds_until(const DeviceBook& book, const Quota& quota, std::uint64_t claims, std::uint64_t bytes) {
  return std::max(wait_for(book.quota_claims, quota.claims_per_day, claims),
                  wait_for(book.quota_bytes, quota.bytes_per_day, bytes));
}

void use_quota(DeviceBook& book, std::uint64_t claims, std::uint64_t bytes) {
  take(book.quota_claims, claims);
  take(book.quota_bytes, bytes);
}

}  // namespace greentill::credit
