// SPDX-License-Identifier: Apache-2.0
// Finds out why no connection to the broker comes about. Paho reports one failure for every cause. And under TLS 1.3 a broker
// refuses a certificate after the client's handshake, in an alert that Paho often misses because it closes the connection first.
// So whoever failed to connect calls this probe: it makes a connection of its own, sends nothing after the handshake, and so
// receives the alert.
#pragma once

#include <netdb.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/base/broker_address.hpp"
#include "daemon/base/error.hpp"

namespace greentill::probe {

struct Target {
  BrokerAddress address;
  std::filesystem::path authorities;  ///< PEM: who may vouch for the broker
  std::filesystem::path certificate;  ///< PEM: ours
  std::filesystem::path key;
};

using Addresses = std::shared_ptr<addrinfo>;

/// Asks the system for the host's addresses. Takes as long as the system's resolver waits. The error says why there are none.
Result<Addresses> resolve(const BrokerAddress& address);

/// Connects, and returns what is wrong as a sentence for the operator; where nothing is wrong, "cannot connect" without a cause.
/// Blocks for `limit` at most. Ends within 50 ms once `cancelled` is set; the result then means nothing. Requires: SIGPIPE is
/// ignored, as Paho does. `carried` gets the bytes that it took of the line (base/socket_use.hpp). Threads: any.
std::string find_cause(const Target& target, const Addresses& addresses, std::chrono::milliseconds limit,
                       const std::atomic<bool>& cancelled, std::uint64_t* carried = nullptr);

/// Whether the broker takes our certificate: shakes hands by TLS, and hears whether it refuses. No session begins, so that one
/// that runs goes on. denied where the broker refuses the certificate; unavailable where that cannot be told, with the cause.
/// Blocks as above. An address without TLS takes every certificate.
Status try_certificate(const Target& target, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);

}  // namespace greentill::probe
