// SPDX-License-Identifier: Apache-2.0
// The TLS part of the probe. Private to daemon/probe.
#pragma once

#include <string>
#include <string_view>

#include "daemon/probe/broker_probe.hpp"
#include "daemon/probe/socket.hpp"

namespace greentill::probe {

/// How a cause begins where it is that the broker does not take our certificate.
inline constexpr std::string_view kRefusesCertificate = "the broker refuses our certificate ";

/// What is wrong with TLS on a connected, non-blocking socket; empty where nothing is wrong.
std::string find_tls_cause(const Target& target, const Socket& socket, const Deadline& deadline);

}  // namespace greentill::probe
