// SPDX-License-Identifier: Apache-2.0
// How much of a device is stored a day (docs/ledger.md, "Quotas"). Private to ledger/. Threads: pure functions.
#pragma once

#include <cstdint>

#include "tools/credit-service/ledger/things.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {

/// A device that is heard for the first time.
[[nodiscard]] DeviceBook first_book(const Quota& quota, std::int64_t now);

/// Fills what is left up to now.
void fill_quota(DeviceBook& book, const Quota& quota, std::int64_t now);

/// In how many seconds so much is left, if nothing else comes; 0 where it is now, or where more is asked than is ever left and
/// all is.
[[nodiscard]] std::int64_t seconds_until(const DeviceBook& book, const Quota& quota, std::uint64_t claims, std::uint64_t bytes);

/// Takes away what was stored. Never below 0.
void use_quota(DeviceBook& book, std::uint64_t claims, std::uint64_t bytes);

}  // namespace greentill::credit
