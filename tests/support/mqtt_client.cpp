// SPDX-License-Identifier: Apache-2.0
#include "tests/support/mqtt_client.hpp"

#include <mqtt/async_client.h>

#include "tests/support/wait.hpp"

namespace greentill::test {
namespace {

constexpr std::chrono::seconds kFarewell{1};  // Paho waits for a broker that died meanwhile

std::string text(const mqtt::properties& properties, mqtt::property::code code) {
  return properties.contains(code) ? mqtt::get<std::string>(properties, code) : std::string();
}

std::string stored_in(const mqtt::properties& properties) {
  for (std::size_t i = 0; i < properties.count(mqtt::property::USER_PROPERTY); ++i) {
    const auto [name, value] = mqtt::get<mqtt::string_pair>(properties, mqtt::property::USER_PROPERTY, i);
    if (name == "greentill-stored") return value;
  }
  return {};
}

MqttMessage to_message(const mqtt::message& message) {
  const mqtt::properties& properties = message.get_properties();
  return {message.get_topic(),
          message.get_payload_str(),
          text(properties, mqtt::property::CONTENT_TYPE),
          text(properties, mqtt::property::CORRELATION_DATA),
          text(properties, mqtt::property::RESPONSE_TOPIC),
          message.is_retained(),
          stored_in(properties)};
}

std::string paho_uri(const std::string& uri) {
  const std::size_t slashes = uri.find("://");
  return "ssl" + uri.substr(slashes);
}

}  // namespace

struct MqttClient::State {
  State(const std::string& uri, const std::string& client_id)
      : client(paho_uri(uri), client_id, mqtt::create_options_builder().mqtt_version(5).finalize()) {}
  Handler handler;
  mqtt::async_client client;
};

MqttClient::MqttClient(const std::string& uri, const std::string& client_id, const std::filesystem::path& certificates,
                       const std::string& name, const std::string& filter, Handler handler)
    : state_(std::make_unique<State>(uri, client_id)) {
  state_->handler = std::move(handler);
  state_->client.set_message_callback([this](const mqtt::const_message_ptr& message) {
    if (state_->handler) state_->handler(*this, to_message(*message));
  });
  mqtt::ssl_options ssl;
  ssl.set_trust_store((certificates / "ca.crt").string());
  ssl.set_key_store((certificates / (name + ".crt")).string());
  ssl.set_private_key((certificates / (name + ".key")).string());
  mqtt::connect_options options;
  options.set_mqtt_version(5);
  options.set_clean_start(true);
  options.set_max_inflight(1000);
  options.set_ssl(ssl);
  if (!state_->client.connect(options)->wait_for(kPatience)) throw std::runtime_error("the test's client cannot connect");
  if (filter.empty()) return;
  if (!state_->client.subscribe(filter, 1)->wait_for(kPatience)) throw std::runtime_error("the test's client cannot subscribe");
}

// The handler may run until the connection is closed, and uses the state until then.
MqttClient::~MqttClient() {
  try {
    state_->client.disconnect(0)->wait_for(kFarewell);
  } catch (const std::exception&) {
    return;  // the broker is gone already
  }
}

bool MqttClient::publish(const MqttMessage& message) {
  mqtt::properties properties;
  const auto add = [&properties](mqtt::property::code code, const std::string& value) {
    if (!value.empty()) properties.add({code, value});
  };
  add(mqtt::property::CONTENT_TYPE, message.content_type);
  add(mqtt::property::CORRELATION_DATA, message.correlation);
  add(mqtt::property::RESPONSE_TOPIC, message.response_topic);
  if (!message.stored.empty()) properties.add({mqtt::property::USER_PROPERTY, "greentill-stored", message.stored});
  try {
    state_->client.publish(
        mqtt::message::create(message.topic, message.payload.data(), message.payload.size(), 1, message.retained, properties));
    return true;
  } catch (const mqtt::exception&) {
    return false;
  }
}

}  // namespace greentill::test
