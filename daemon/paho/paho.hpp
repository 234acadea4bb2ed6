// SPDX-License-Identifier: Apache-2.0
// How every client of the broker uses Paho, and what Paho's codes mean: for daemon/uplink and the credit service.
#pragma once

#include <chrono>
#include <string>

#include "daemon/probe/broker_probe.hpp"

namespace mqtt {
class connect_options;
class properties;
}  // namespace mqtt

namespace greentill::paho {

/// MQTT 5 with a clean start, over mutual TLS where the address says so, the host's name checked.
mqtt::connect_options connect_options(const probe::Target& broker, std::chrono::seconds keep_alive);

/// Whether the broker gave a reason code, and the code is a refusal.
[[nodiscard]] bool refused(int reason);

/// The reason with which a broker refused a connection, from the codes of an attempt that failed; 0 where no broker refused it.
/// One below 128 is of MQTT 3.1.1. Paho (1.3) hands the CONNACK's reason over as the code, and leaves the reason at success.
[[nodiscard]] int refusal_of(int code, int reason);

/// Whether the broker refused the connection because it keeps no retained messages: ours asks for one, the will.
[[nodiscard]] bool refuses_retained(int refusal);

/// A sentence about a connection that the broker refused: its reason's name and number, and what to do.
[[nodiscard]] std::string explain_refusal(int refusal);

/// Whether the broker ended the connection because another client with the same id connected.
[[nodiscard]] bool is_taken_over(int reason);

/// Whether Paho's code says nothing but that the connection is gone.
[[nodiscard]] bool is_lost(int code);

/// A sentence for the operator: where the broker refused, what it `did` and its reason, else the meaning of Paho's code.
[[nodiscard]] std::string explain(int code, int reason, const char* did = "the broker refuses");

/// What the broker said when it ended the connection. It may come before the operation that fails because of it.
struct Farewell {
  int reason = 0;     ///< 0: it said nothing
  std::string words;  ///< as of own_words()
};

/// What a broker adds to its reason, to append to a sentence: its own words, made safe to show, and the server that it names in
/// its place. Empty where it adds nothing.
[[nodiscard]] std::string own_words(const mqtt::properties& properties);

}  // namespace greentill::paho
