// SPDX-License-Identifier: Apache-2.0
// The TLS part of the probe. Private to daemon/probe.
#pragma once

#include "daemon/probe/broker_probe.hpp"
#include "daemon/probe/socket.hpp"

namespace greentill::probe {

/// What is wrong with TLS on a connected, non-blocking socket.
Finding find_tls_cause(const Target& target, const Socket& socket, const Deadline& deadline);

}  // namespace greentill::probe
