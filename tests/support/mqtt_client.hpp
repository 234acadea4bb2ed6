// SPDX-License-Identifier: Apache-2.0
// A plain MQTT 5 client for tests, the other side of what is tested. Failures throw std::runtime_error.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace greentill::test {

struct MqttMessage {
  std::string topic;
  std::string payload;
  std::string content_type;
  std::string correlation;
  std::string response_topic;
  bool retained = false;
  std::string stored = {};  ///< the user property greentill-stored
};

class MqttClient {
 public:
  using Handler = std::function<void(MqttClient&, const MqttMessage&)>;

  /// Connects with <certificates>/<name>.crt and .key, and subscribes to `filter`, where it is not empty, with QoS 1. `handler`
  /// runs on a thread of the client's.
  MqttClient(const std::string& uri, const std::string& client_id, const std::filesystem::path& certificates,
             const std::string& name, const std::string& filter, Handler handler);
  ~MqttClient();
  /// QoS 1. Does not wait for the acknowledgement, so that a handler may call it. False where there is no connection.
  bool publish(const MqttMessage& message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace greentill::test
