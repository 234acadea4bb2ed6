// SPDX-License-Identifier: Apache-2.0
// What a broker announces when it accepts a connection (the properties of an MQTT 5 CONNACK), as far as somebody here has to keep
// to it. Not here: its receive maximum, to which Paho keeps by itself; topic aliases, session expiry and persistent sessions, of
// which no client of ours makes use.
#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace mqtt {
class token;
}

namespace greentill::paho {

struct BrokerLimits {
  std::size_t packet_bytes = 0;                    ///< the largest packet that the broker takes; 0: it names none
  std::optional<std::chrono::seconds> keep_alive;  ///< within which it wants to hear from us, in place of what we asked for
  int qos = 2;                                     ///< the best delivery that it offers
  bool retains = true;                             ///< whether it keeps messages for who subscribes later
  bool shares = true;                              ///< whether several clients may share a subscription, wildcards included

  /// Whether a packet of so many bytes may be sent.
  [[nodiscard]] bool fits(std::size_t bytes) const { return packet_bytes == 0 || bytes <= packet_bytes; }
  /// What of it binds both ends, for a log; empty where nothing does. `asked`: the keep-alive that we asked for.
  [[nodiscard]] std::string in_words(std::chrono::seconds asked) const;
};

/// Reads them from the token of a connection that succeeded. Requires: the token is complete.
BrokerLimits limits_of(const mqtt::token& connected);

/// Why nothing can be delivered by a broker with `limits`, for whom QoS 1 is the least; empty where it can.
std::string without_qos_1(const BrokerLimits& limits);

/// The size of a message with QoS 1 as a packet: what a broker's limit is held against. `properties` are the sizes of its
/// properties' values, all of which are texts or binary data; one of size 0 is left out.
std::size_t publish_bytes(std::string_view topic, std::size_t payload, std::initializer_list<std::size_t> properties);

}  // namespace greentill::paho
