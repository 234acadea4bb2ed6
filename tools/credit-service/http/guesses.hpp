// SPDX-License-Identifier: Apache-2.0
// Bounds how often somebody may be wrong about a code. By address, not by device: else whoever knows a device's name could keep
// its technician out. Threads: one at a time.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "daemon/base/line_allowance.hpp"

namespace greentill::credit {

class Guesses {
 public:
  static constexpr std::int64_t kAtOnce = 10;
  static constexpr std::chrono::seconds kEach{60};
  static constexpr std::size_t kMostAddresses = 4096;

  /// Whether the address may try now.
  [[nodiscard]] bool may_try(const std::string& address, std::chrono::milliseconds now) const {
    const auto found = by_address_.find(network_of(address));
    return found == by_address_.end() || found->second.blocked_until <= now;
  }
  /// It was wrong.
  void note(const std::string& address, std::chrono::milliseconds now);

  /// An IPv6 address's first 64 bits, which are one subscriber's; any other address itself.
  [[nodiscard]] static std::string network_of(const std::string& address);

 private:
  struct Tries {
    LineAllowance left{kAtOnce, kEach};
    std::chrono::milliseconds blocked_until{};
    std::chrono::milliseconds last{};
  };
  std::map<std::string, Tries> by_address_;
};

}  // namespace greentill::credit
