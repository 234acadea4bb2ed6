// SPDX-License-Identifier: Apache-2.0
// What every client of the broker asks Paho for, and what Paho's codes mean: for daemon/uplink and the credit service.
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

/// Whether the broker gave a reason, and it is a refusal.
[[nodiscard]] bool refused(int reason);

/// Whether it was another client of the same id that the broker ended the connection for.
[[nodiscard]] bool is_taken_over(int reason);

/// Whether a code of Paho's says no more than that the connection is gone.
[[nodiscard]] bool is_lost(int code);

/// The broker's reason where it refused, behind what it `did`, or else Paho's code, as a sentence for the operator.
[[nodiscard]] std::string explain(int code, int reason, const char* did = "the broker refuses");

/// Twins take the session from each other, and brokers may not say so: guesses it from connections in a row that did not hold.
class TwinGuess {
 public:
  static constexpr std::chrono::seconds kUndisturbed{60};  ///< longer than a twin pauses

  /// A connection came about, and ended after so long.
  void ended(std::chrono::milliseconds lasted) { in_a_row_ = lasted >= kUndisturbed ? 0 : in_a_row_ + 1; }
  /// To be put behind the connection's end: a question, or nothing. `client` is whose twin there may be.
  [[nodiscard]] std::string question(const std::string& client) const {
    return in_a_row_ < 3 ? "" : "; so it was the last times, soon after connecting: does another " + client + '?';
  }

 private:
  unsigned in_a_row_ = 0;
};

}  // namespace greentill::paho
