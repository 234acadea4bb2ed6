// SPDX-License-Identifier: Apache-2.0
// The names that the system uses itself at the broker: of users, client ids and topics. docs/mqtt.md#topics lists the topics.
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace greentill::guard {

/// The common name of every worker's certificate.
inline constexpr std::string_view kServiceName = "credit";
/// What a worker's client id begins with, and no device's name: a client that takes another's id ends its session.
inline constexpr std::string_view kWorkerIds = "credit-";

inline constexpr std::string_view kTopics = "greentill/v1/";
/// Retained: who is revoked, as of revoked_list.hpp.
inline constexpr std::string_view kRevokedTopic = "greentill/v1/guard/revoked";
/// Retained: the common bundle, for all devices.
inline constexpr std::string_view kMethodologiesTopic = "greentill/v1/programme/methodologies";
/// All devices' claims.
inline constexpr std::string_view kClaims = "greentill/v1/+/claims";

/// Whether the name, or the client id, is one that no device may have: a user of the broker, a word of its topics, a worker's id.
inline bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 4> kOurs{"broker", "credit", "guard", "programme"};
  return name.starts_with(kWorkerIds) || std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end();
}

/// What workers subscribe to.
inline std::string share_subscription(std::string_view share_group) {
  return "$share/" + std::string(share_group) + '/' + std::string(kClaims);
}

}  // namespace greentill::guard
