// SPDX-License-Identifier: Apache-2.0
// How every client of the broker uses Paho, and what Paho's codes mean: for daemon/uplink and the credit service.
#pragma once

#include <chrono>
#include <string>

#include "daemon/probe/broker_probe.hpp"

namespace mqtt {
class connect_options;
}

namespace greentill::paho {

/// MQTT 5 with a clean start, over mutual TLS where the address says so, the host's name checked.
mqtt::connect_options connect_options(const probe::Target& broker, std::chrono::seconds keep_alive);

/// Whether the broker gave a reason code, and the code is a refusal.
[[nodiscard]] bool refused(int reason);

/// Whether the broker ended the connection because another client with the same id connected.
[[nodiscard]] bool is_taken_over(int reason);

/// Whether Paho's code says nothing but that the connection is gone.
[[nodiscard]] bool is_lost(int code);

/// A sentence for the operator: where the broker refused, what it `did` and its reason, else the meaning of Paho's code.
[[nodiscard]] std::string explain(int code, int reason, const char* did = "the broker refuses");

/// Two clients with one id take the session from each other, and not every broker says so: guesses it from connections in a row
/// that ended soon.
class TwinGuess {
 public:
  static constexpr std::chrono::seconds kUndisturbed{60};  ///< longer than a twin pauses

  /// A connection was established and ended after this time.
  void ended(std::chrono::milliseconds lasted) { in_a_row_ = lasted >= kUndisturbed ? 0 : in_a_row_ + 1; }
  /// A question to append to the message about the connection's end, or nothing. `client` names whose twin there may be.
  [[nodiscard]] std::string question(const std::string& client) const {
    return in_a_row_ < 3 ? "" : "; so it was the last times, soon after connecting: does another " + client + '?';
  }

 private:
  unsigned in_a_row_ = 0;
};

}  // namespace greentill::paho
