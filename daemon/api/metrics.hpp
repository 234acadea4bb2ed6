// SPDX-License-Identifier: Apache-2.0
// Prometheus' text exposition, version 0.0.4. Private to daemon/api.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "daemon/api/desk.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::api {

/// Answers given since the start, by the first digit of their status.
struct AnswerCounts {
  std::array<std::atomic<std::uint64_t>, 6> by_class{};
};

[[nodiscard]] std::string metrics_text(const DaemonStatus& status, std::span<const outbox::Totals> totals,
                                       const AnswerCounts& answers, std::int64_t now);

}  // namespace greentill::api
