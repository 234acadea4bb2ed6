// SPDX-License-Identifier: Apache-2.0
#include "daemon/paho/limits.hpp"

#include <mqtt/properties.h>
#include <mqtt/token.h>

namespace greentill::paho {
namespace {

template <typename T>
T value_or(const mqtt::properties& properties, mqtt::property::code code, T absent) {
  return properties.contains(code) ? mqtt::get<T>(properties, code) : absent;
}

// MQTT's variable byte integer.
std::size_t length_bytes(std::size_t length) { return length < 128 ? 1 : 1 + length_bytes(length / 128); }

bool allowed(const mqtt::properties& properties, mqtt::property::code code) {
  return value_or<std::uint8_t>(properties, code, 1) != 0;
}

}  // namespace

std::string BrokerLimits::in_words(std::chrono::seconds asked) const {
  std::string words;
  const auto add = [&words](const std::string& one) { words += (words.empty() ? "" : ", ") + one; };
  if (packet_bytes > 0) add("packets of at most " + std::to_string(packet_bytes) + " bytes");
  if (keep_alive && *keep_alive < asked && keep_alive->count() > 0)
    add("a sign of life every " + std::to_string(keep_alive->count()) + " s");
  if (qos < 2) add("QoS " + std::to_string(qos) + " at most");
  if (!retains) add("no retained messages");
  return words;
}

BrokerLimits limits_of(const mqtt::token& connected) {
  using mqtt::property;
  const mqtt::connect_response response = connected.get_connect_response();
  const mqtt::properties& said = response.get_properties();
  BrokerLimits limits;
  limits.packet_bytes = value_or<std::uint32_t>(said, property::MAXIMUM_PACKET_SIZE, 0);
  if (said.contains(property::SERVER_KEEP_ALIVE)) {
    limits.keep_alive = std::chrono::seconds(mqtt::get<std::uint16_t>(said, property::SERVER_KEEP_ALIVE));
  }
  limits.qos = value_or<std::uint8_t>(said, property::MAXIMUM_QOS, 2);
  limits.retains = allowed(said, property::RETAIN_AVAILABLE);
  limits.shares =
      allowed(said, property::SHARED_SUBSCRIPTION_AVAILABLE) && allowed(said, property::WILDCARD_SUBSCRIPTION_AVAILABLE);
  return limits;
}

std::string without_qos_1(const BrokerLimits& limits) {
  return limits.qos >= 1 ? ""
                         : "the broker takes no message with QoS 1 (its Maximum QoS is 0), and nothing is delivered safely "
                           "without; it must allow QoS 1";
}

std::size_t publish_bytes(std::string_view topic, std::size_t payload, std::initializer_list<std::size_t> properties) {
  constexpr std::size_t kPropertyHead = 3;  // its number and its value's length
  constexpr std::size_t kTopicLength = 2, kPacketId = 2;
  std::size_t held = 0;
  for (const std::size_t value : properties) held += value == 0 ? 0 : kPropertyHead + value;
  const std::size_t rest = kTopicLength + topic.size() + kPacketId + length_bytes(held) + held + payload;
  return 1 + length_bytes(rest) + rest;
}

}  // namespace greentill::paho
