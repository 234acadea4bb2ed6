// SPDX-License-Identifier: Apache-2.0
// Whether a bundle may still be adopted. Private to daemon/enrol. Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/bundle.hpp"

namespace greentill::enrol {

/// By our clock where it is kept, else by the server's, which the anchors vouch for; by neither where there is none. denied, with
/// whose clock, where the bundle's end is past.
inline Status check_end(const claim::Bundle& bundle, const std::optional<std::int64_t>& server_time, const Clock& clock) {
  const bool ours_is_kept = clock.synchronised() && !clock_fault(clock);
  const std::int64_t now = ours_is_kept ? clock.unix_seconds() : server_time.value_or(bundle.made_at);
  if (bundle.expires_at > now) return Done{};
  return fail(ErrorCode::denied, "the bundle number " + std::to_string(bundle.number) + " was to be adopted before " +
                                     utc_text(bundle.expires_at) + ", and " + (ours_is_kept ? "this device's" : "the service's") +
                                     " clock shows " + utc_text(now));
}

}  // namespace greentill::enrol
