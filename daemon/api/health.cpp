// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/health.hpp"

#include "daemon/base/moment.hpp"

namespace greentill::api {

std::string why_overdue(const DaemonStatus& status, std::int64_t now) {
  if (status.overdue_after_s == 0 || !status.waiting_since) return {};
  const std::int64_t age = now - *status.waiting_since;
  // Since the start nothing may have been delivered: then the claim's age decides, which no restart changes.
  const bool delivers = status.link.last_delivery != 0 && now - status.link.last_delivery <= status.overdue_after_s;
  if (age <= status.overdue_after_s || delivers) return {};
  const std::uint64_t claims = status.backlog.waiting + status.backlog.refused_retry;
  std::string text = std::to_string(claims) + (claims == 1 ? " claim waits" : " claims wait") + ", the oldest for " +
                     span_text(age) + ", and nothing was delivered meanwhile: ";
  if (!status.link.last_error.empty()) return text + status.link.last_error;
  if (!status.link.connected) return text + "the broker is not reached";
  return text + (status.backlog.waiting == 0 ? "the service refuses them for now" : "no receipt takes them; ask the operator");
}

}  // namespace greentill::api
