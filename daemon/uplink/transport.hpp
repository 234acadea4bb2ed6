// SPDX-License-Identifier: Apache-2.0
// One connection to the broker, from its beginning to its end; the next connection is another object, so that nothing of a lost
// one is sent later. Private to daemon/uplink.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
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
};

/// Called on the strand, and no more once the listener is gone.
class TransportListener {
 public:
  virtual ~TransportListener() = default;
  /// The broker took us; the subscription is under way, and Paho waits for its answer without limit.
  virtual void on_connected() = 0;
  /// Connected and subscribed.
  virtual void on_ready() = 0;
  /// The broker's answer to one publication, in any order: a PUBACK with a reason code. `refusal` is empty where it took it.
  virtual void on_acknowledged(const std::string& refusal) = 0;
  virtual void on_message(ByteView payload, std::string_view correlation) = 0;
  /// The connection is over, or never was. May come more than once. io: it broke off without a word.
  virtual void on_lost(Error error) = 0;
};

/// Threads: the strand's.
class Transport {
 public:
  /// Ends the connection without a word, which makes the broker publish the will.
  virtual ~Transport() = default;
  virtual Status publish(const Publication& publication) = 0;
  /// Publishes a last word and disconnects; blocks for at most about `limit`. Where it is not acknowledged in time, the broker is
  /// asked for the will instead.
  virtual void farewell(const Publication& last_word, std::chrono::milliseconds limit) = 0;
};

struct Connection {
  probe::Target broker;
  std::string client_id;
  std::string subscription;  ///< QoS 1
  std::string will_topic;
  std::string will;              ///< retained, QoS 1
  std::size_t max_inflight = 8;  ///< publications that are not acknowledged yet
};

/// What keeps Paho's threads running between connections. With its last client Paho stops them, and whoever lets go of that one
/// waits for them: up to ten seconds, on the strand. Hold it as long as there will be transports.
std::shared_ptr<void> keep_paho();

/// Begins to connect; what comes of it the listener hears. `strand` must outlive the transport.
std::unique_ptr<Transport> connect_paho(const Connection& connection, Executor& strand,
                                        std::weak_ptr<TransportListener> listener);

}  // namespace greentill::uplink
