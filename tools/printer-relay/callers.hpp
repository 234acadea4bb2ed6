// SPDX-License-Identifier: Apache-2.0
// Who may connect to the relay: this machine, and the addresses that its command line lists.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::relay {

class Callers {
 public:
  /// Adds an address or a network: "192.168.1.20", "192.168.1.0/24", "fd00::/8". invalid where it is neither.
  Status allow(const std::string& text);
  [[nodiscard]] bool none_listed() const { return networks_.empty(); }
  /// Loopback addresses are admitted always. `address`: as the system writes it, a scope behind '%' included.
  [[nodiscard]] bool admits(const std::string& address) const;

 private:
  struct Network {
    Bytes<16> first{};  // IPv4 as ::ffff:0:0/96
    unsigned bits = 0;
  };
  std::vector<Network> networks_;
};

/// Whether it can only be reached from this machine: a loopback address, or "localhost".
[[nodiscard]] bool is_loopback(const std::string& host);

}  // namespace greentill::relay
