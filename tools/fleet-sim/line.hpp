// SPDX-License-Identifier: Apache-2.0
// One MQTT 5 connection over mutual TLS, from dialling to its end, by libmosquitto with its sockets in an Asio loop: it is made
// for others' event loops, and needs no thread a connection. Paho, which the daemon uses, walks all its clients for each event.
// Threads: the loop's.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "tools/fleet-sim/figures.hpp"
#include "tools/fleet-sim/tls.hpp"

struct mosquitto;

namespace greentill::fleet_sim {

/// What happens on a line. Calls come from the loop, one at a time; none of them may destroy the line, but
/// abandon it.
class LineListener {
 public:
  virtual ~LineListener() = default;
  virtual void on_connected() = 0;             ///< the broker's CONNACK
  virtual void on_subscribed(bool taken) = 0;  ///< once for each subscription, in their order
  virtual void on_acknowledged(bool taken) = 0;
  /// Lifetime of the views: the call's.
  virtual void on_message(std::string_view topic, ByteView payload, std::string_view correlation) = 0;
  /// The line is over. The last call, and once; not where it was destroyed before.
  virtual void on_lost(const std::string& why) = 0;
};

/// Whom to dial, and as whom.
struct Dial {
  std::string host;
  int port = 0;
  std::string client_id;
  std::string will_topic;
  std::string will;  ///< retained, QoS 1
  int keep_alive_s = 60;
};

/// A message of QoS 1; empty texts are left out.
struct Outgoing {
  std::string topic;
  ByteView payload;
  std::string_view content_type;
  std::string correlation;
  std::string response_topic;
  std::string_view stored;  ///< the user property claim::kStoredProperty
  bool retained = false;
};

class Line : public std::enable_shared_from_this<Line> {
 public:
  /// Dials. io or unavailable where not even a TCP connection came about. All references must outlive the line.
  static Result<std::shared_ptr<Line>> open(const Dial& dial, asio::io_context& loop, Tls& tls, const Credential& credential,
                                            LineListener& listener);
  /// Drops the connection without a word, so that the broker publishes the will.
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Status subscribe(const std::string& topic, bool with_retained);
  Status publish(const Outgoing& message);
  /// Says goodbye, behind what was published; on_lost() follows.
  void leave();
  /// Tells nothing more, and carries nothing more; it may be destroyed once the loop runs again.
  void abandon();
  /// Pings where it is time. To be called every few seconds.
  void keep();
  /// What it has carried so far.
  [[nodiscard]] Traffic traffic() const;

 private:
  Line(asio::io_context& loop, Tls& tls, const Credential& credential, LineListener& listener);
  Status dial(const Dial& dial);
  void set_callbacks();
  void wait();
  void read();
  void write();
  void settle(int code);
  [[nodiscard]] bool gone_while_shaking_hands() const;
  void lose(std::string why);

  asio::posix::stream_descriptor socket_;
  Tls& tls_;
  const Credential& credential_;
  LineListener& listener_;
  ::mosquitto* client_ = nullptr;
  mutable Traffic last_;  // what was carried when it was asked last
  std::string refusal_;
  bool connected_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool over_ = false;
};

}  // namespace greentill::fleet_sim
