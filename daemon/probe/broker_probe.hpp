// SPDX-License-Identifier: Apache-2.0
// Why no connection to the broker comes about. Paho reports one failure for all of it, and a broker that refuses a certificate
// under TLS 1.3 does so after the client's handshake, in an alert that Paho often closes the connection before. So whoever failed
// looks here, with a connection of its own that says nothing after the handshake and so hears the alert.
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

/// Asks the system for the host's addresses, which may take as long as its resolver waits. The error is why it has none.
Result<Addresses> resolve(const BrokerAddress& address);

/// Connects, and returns what is wrong, as a sentence for the operator; "cannot connect" and no cause where nothing is. Blocks
/// for `limit` at most; ends within 50 ms once `cancelled`, and what it returns then means nothing. SIGPIPE must be ignored, as
/// Paho does. Threads: any.
std::string find_cause(const Target& target, const Addresses& addresses, std::chrono::milliseconds limit,
                       const std::atomic<bool>& cancelled);

}  // namespace greentill::probe
