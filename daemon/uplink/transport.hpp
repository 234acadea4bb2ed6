// SPDX-License-Identifier: Apache-2.0
// The port by which a session speaks MQTT: one connection to the broker, from its beginning to its end. The next connection is
// another object, so that nothing of a lost one is sent later. paho_transport.cpp implements it. Private to daemon/uplink.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/paho/limits.hpp"
#include "daemon/probe/broker_probe.hpp"

namespace greentill::uplink {

/// A message to publish with QoS 1; empty texts are left out. Views need to live for the call alone.
struct Publication {
  std::string_view topic;
  ByteView payload;
  std::string_view content_type;
  std::string_view correlation;
  std::string_view response_topic;
  bool retained = false;
  std::string_view stored = {};  ///< the user property claim::kStoredProperty
};

/// What the transport reports. All calls come on the strand, one at a time, and none once the listener is destroyed: the
/// transport holds it weakly. A listener may destroy the transport within a call.
class TransportListener {
 public:
  virtual ~TransportListener() = default;
  /// The broker accepted the connection, and the subscription was asked for. Nothing bounds how long the broker's answer to that
  /// takes: the listener must. `limits` are what the broker announces, and the listener's to keep. Called at most once.
  virtual void on_connected(const paho::BrokerLimits& limits) = 0;
  /// The broker refuses the connection because it keeps no messages, and the will is a retained one. Nothing else follows.
  virtual void on_retained_refused() = 0;
  /// The subscription stands: from now on messages may be published, and come.
  virtual void on_ready() = 0;
  /// The broker's answer to one publication (a PUBACK), in any order. `refusal` is empty where the broker took the message, else
  /// a sentence about why it did not.
  virtual void on_acknowledged(const std::string& refusal) = 0;
  /// A message of the subscription came. Lifetime of the views: the call's.
  virtual void on_message(ByteView payload, std::string_view correlation) = 0;
  /// A message of the news came. Lifetime of the view: the call's.
  virtual void on_news(ByteView payload) = 0;
  /// An attempt to connect that came to nothing, with the search for its cause, took so many bytes of the line. Before on_lost().
  virtual void on_used(std::uint64_t bytes) = 0;
  /// The connection is over, or never came about; nothing else follows but further calls of this. io: it broke off without a
  /// word; conflict: another client with our id took it over; denied: the broker refuses the subscription; unavailable: anything
  /// else, with the cause where one was found.
  virtual void on_lost(Error error) = 0;
};

/// One connection. Threads: the strand's.
class Transport {
 public:
  /// Drops the connection, which makes the broker publish the will. What was published and not acknowledged may be lost.
  virtual ~Transport() = default;
  /// Sends a message and returns without waiting for the broker: on_acknowledged() reports its answer. Requires: on_ready() was
  /// called. Fails, with a code as for on_lost(), where the connection is over; on_acknowledged() then does not follow.
  virtual Status publish(const Publication& publication) = 0;
  /// How many bytes the connection has taken of the line so far, as the kernel counts them (base/socket_use.hpp). Nothing before
  /// on_connected(), once it is over, and where the connection cannot be told from others of this process.
  [[nodiscard]] virtual std::optional<std::uint64_t> carried() const = 0;
  /// Publishes a last message and disconnects; blocks for about `limit` at most. Where the message is not acknowledged in that
  /// time, the broker is asked to publish the will instead. Nothing may be published after it.
  virtual void farewell(const Publication& last_word, std::chrono::milliseconds limit) = 0;
};

/// What a connection is made with.
struct Connection {
  probe::Target broker;
  std::string client_id;
  std::string subscription;  ///< the topic filter; QoS 1
  std::string news;          ///< a topic besides, without which the connection goes on; empty: none
  bool news_kept = false;    ///< whether what the broker keeps there is asked for
  std::string will_topic;
  std::string will;  ///< published by the broker, with QoS 1, where the connection breaks off
  bool will_retained = true;
  std::chrono::seconds keep_alive{60};  ///< how long the connection may be silent before Paho asks whether it still stands
  std::size_t max_inflight = 8;         ///< publications that wait for their acknowledgement at once
};

/// Keeps Paho's threads running as long as the result exists. Without it Paho would stop its threads together with its last
/// client, and whoever destroys that client waits for them, for up to ten seconds and on the strand. Hold it as long as there may
/// be transports. May be null, without harm but that wait.
std::shared_ptr<void> keep_paho();

/// Begins to connect and returns; the listener is told what comes of it, also where it fails at once. Never null. `strand` must
/// outlive the transport; `listener` need not.
std::unique_ptr<Transport> connect_paho(const Connection& connection, Executor& strand,
                                        std::weak_ptr<TransportListener> listener);

}  // namespace greentill::uplink
