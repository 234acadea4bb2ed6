// SPDX-License-Identifier: Apache-2.0
// When which version of a root's key is in force. docs/registry.md, "Roots". Threads: pure functions.
#pragma once

#include <vector>

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// How long before its begin a version must be published, so that all devices have it by then.
inline constexpr std::int64_t kVersionNotice = 90 * kSecondsADay;
/// How far apart two changes of a root's version lie at least: an act carries the nullifiers of both within 26 h of a change, and
/// has room for two.
inline constexpr std::int64_t kBetweenChanges = 52 * kSecondsAnHour;
/// How long a device keeps a version that is over: an act is claimed or taken back that late at the latest.
inline constexpr std::int64_t kVersionKept = 400 * kSecondsADay;

/// The versions that were, are or come in force, in their turn: each until the next one begins. One that was withdrawn before it
/// began never is, and is not among them.
[[nodiscard]] std::vector<RootVersion> versions_in_turn(const Root& root);

/// Those of them under which an act may still be claimed or taken back at `now`, and those to come; at least one.
[[nodiscard]] std::vector<RootVersion> versions_of_use(const Root& root, std::int64_t now);

}  // namespace greentill::credit
