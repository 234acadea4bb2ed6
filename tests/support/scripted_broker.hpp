// SPDX-License-Identifier: Apache-2.0
// An MQTT 5 broker that answers as its script says, for refusals and limits that Mosquitto cannot be made to give: over TLS, on a
// free loopback port, one client at a time. It keeps to what it announces, and throws out who does not. Threads: the
// constructor's and the destructor's; what it saw may be asked for from any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace greentill::test {

using Octets = std::vector<unsigned char>;

/// What of a CONNECT the tests look at.
struct Connect {
  unsigned keep_alive = 0;
  bool will_retained = false;
};

struct Script {
  /// The answer to a CONNECT, as it goes out; empty: the connection is closed without one.
  std::function<Octets(const Connect&)> connack;
  Octets farewell;                         ///< a DISCONNECT, once a client is subscribed and has nothing more to say; empty: none
  std::size_t largest_packet = 0;          ///< whoever sends more is thrown out (149); 0: anybody may
  std::size_t receive_maximum = 0xffff;    ///< whoever has more unacknowledged is thrown out (147)
  bool retains = true;                     ///< else who publishes a retained message is thrown out (154)
  std::chrono::milliseconds patience{-1};  ///< whoever is silent for so long is cut off without a word; negative: nobody
};

/// A CONNACK with a reason code and properties.
Octets connack(unsigned char reason, const Octets& properties = {});
/// A DISCONNECT likewise.
Octets disconnect(unsigned char reason, const Octets& properties);
/// A property whose value is a number of so many bytes, or a text.
Octets property(unsigned char id, std::uint32_t value, int bytes);
Octets property(unsigned char id, std::string_view value);
/// A script whose CONNACK is always this one.
Script answering(const Octets& connack);

class ScriptedBroker {
 public:
  /// With <certificates>/broker.crt, .key and ca.crt.
  ScriptedBroker(const std::filesystem::path& certificates, Script script);
  ~ScriptedBroker();
  ScriptedBroker(const ScriptedBroker&) = delete;
  ScriptedBroker& operator=(const ScriptedBroker&) = delete;

  [[nodiscard]] std::string uri() const { return "mqtts://localhost:" + std::to_string(port_); }
  [[nodiscard]] std::vector<Connect> connects() const;
  [[nodiscard]] int publications() const { return publications_; }
  [[nodiscard]] int pings() const { return pings_; }
  /// The size of the largest packet after the CONNECT.
  [[nodiscard]] std::size_t largest_seen() const { return largest_; }
  /// How many were thrown out for going beyond what was announced, or cut off for their silence.
  [[nodiscard]] int thrown_out() const { return thrown_out_; }

 private:
  class Client;
  void serve();

  const Script script_;
  std::shared_ptr<void> tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> publications_{0};
  std::atomic<int> pings_{0};
  std::atomic<std::size_t> largest_{0};
  std::atomic<int> thrown_out_{0};
  mutable std::mutex mutex_;
  std::vector<Connect> connects_;
  std::thread thread_;
};

}  // namespace greentill::test
