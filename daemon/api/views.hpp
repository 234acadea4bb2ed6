// SPDX-License-Identifier: Apache-2.0
// The reading resources as JSON. Private to daemon/api. Threads: pure functions, but for the reader that is given.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "daemon/api/desk.hpp"
#include "daemon/base/error.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::api {

/// corrupt where the stored message is not a claim. `reader` is asked what was taken back of the claim.
/// With `with_sale` it says which sale it belongs to.
[[nodiscard]] Result<nlohmann::ordered_json> claim_to_json(const outbox::StoredClaim& stored, outbox::Reader& reader,
                                                           bool with_sale);

/// The claim's message without its account hint; corrupt as above. Appended to `into`.
[[nodiscard]] Status append_stripped(const outbox::StoredClaim& stored, std::string& into);

/// `till`, `receipt_number` (null where none is known), `begin`, and as `local_time` the same by the device's zone.
[[nodiscard]] nlohmann::ordered_json sale_to_json(const outbox::Sale& sale);

[[nodiscard]] nlohmann::ordered_json guarded_to_json(const outbox::GuardedAct& act, bool with_sale);

/// The record as it is stored; the claims of its event are not in it.
[[nodiscard]] nlohmann::ordered_json record_to_json(const outbox::StoredRecord& record);

[[nodiscard]] nlohmann::ordered_json status_to_json(const DaemonStatus& status, std::int64_t now);

/// What was recorded from one day to another, both included: claims and their amounts, and transactions.
struct Sums {
  std::uint64_t transactions = 0;
  outbox::Totals all;
  std::map<std::string, outbox::Totals> by_activity;
};
[[nodiscard]] Sums sum_totals(std::span<const outbox::Totals> totals, std::int64_t from_day, std::int64_t to_day);

/// `today`: days since 1970-01-01, by the device's zone.
[[nodiscard]] nlohmann::ordered_json stats_to_json(std::span<const outbox::Totals> totals, std::int64_t today);

}  // namespace greentill::api
