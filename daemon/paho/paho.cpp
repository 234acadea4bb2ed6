// SPDX-License-Identifier: Apache-2.0
#include "daemon/paho/paho.hpp"

#include <mqtt/async_client.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "daemon/base/printable.hpp"

namespace greentill::paho {
namespace {

constexpr int kFirstFailure = 128;  // MQTT 5 reason codes from here on are failures
constexpr std::chrono::seconds kConnectTimeout{20};
constexpr std::size_t kMostOwnWords = 256;  // a broker may send 64 KiB

// What to do about a refused connection. A reason that is not here says it by its name, or is nobody's but the broker's.
constexpr std::pair<int, std::string_view> kAdvice[] = {
    {mqtt::UNSUPPORTED_PROTOCOL_VERSION, "Greentill speaks MQTT 5, which the broker must allow"},
    {mqtt::CLIENT_IDENTIFIER_NOT_VALID, "the broker must take our client id as it is"},
    {mqtt::BAD_USER_NAME_OR_PASSWORD, "no password is sent: the broker must take the certificate's name for the user"},
    {mqtt::NOT_AUTHORIZED, "the operator must let this certificate's name connect"},
    {mqtt::SERVER_UNAVAILABLE, "it is tried again"},
    {mqtt::SERVER_BUSY, "it is tried again, ever more slowly"},
    {mqtt::BANNED, "only the operator can lift the ban"},
    {mqtt::BAD_AUTHENTICATION_METHOD, "the broker must be content with our certificate"},
    {mqtt::PACKET_TOO_LARGE, "the broker's limit for packets does not even let us connect: it must be raised"},
    {mqtt::QUOTA_EXCEEDED, "the operator must raise the broker's quota or its number of connections"},
    {mqtt::QOS_NOT_SUPPORTED, "nothing is delivered safely without QoS 1, which the broker must allow"},
    {mqtt::USE_ANOTHER_SERVER, "ask the operator which, and write it into the configuration"},
    {mqtt::SERVER_MOVED, "ask the operator where to, and write it into the configuration"},
    {mqtt::CONNECTION_RATE_EXCEEDED, "it is tried again, ever more slowly"},
};

std::string name_of(int reason) {
  const std::string name = mqtt::exception::reason_code_str(reason);
  return (name.empty() ? "reason" : name) + " (" + std::to_string(reason) + ")";
}

mqtt::ssl_options ssl_options(const probe::Target& broker) {
  mqtt::ssl_options options;
  options.set_trust_store(broker.authorities.string());
  options.set_key_store(broker.certificate.string());
  options.set_private_key(broker.key.string());
  options.set_enable_server_cert_auth(true);
  options.set_verify(true);  // checks the host's name
  options.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
  return options;
}

}  // namespace

mqtt::connect_options connect_options(const probe::Target& broker, std::chrono::seconds keep_alive) {
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(true);
  options.set_keep_alive_interval(keep_alive);
  options.set_connect_timeout(kConnectTimeout);
  if (broker.address.tls) options.set_ssl(ssl_options(broker));
  return options;
}

// Paho reports MQTTPP_V3_CODE where the broker sent no reason.
bool refused(int reason) { return reason >= kFirstFailure && reason != mqtt::MQTTPP_V3_CODE; }

int refusal_of(int code, int reason) {
  if (refused(reason)) return reason;
  return code > 0 && code != mqtt::MQTTPP_V3_CODE ? code : 0;
}

bool refuses_retained(int refusal) { return refusal == mqtt::RETAIN_NOT_SUPPORTED; }

std::string explain_refusal(int refusal) {
  if (refusal < kFirstFailure) {
    return "the broker refuses the connection as an older version of MQTT does (" + std::to_string(refusal) +
           "): it does not speak MQTT 5, which Greentill needs";
  }
  const auto* advice = std::ranges::find(kAdvice, refusal, &std::pair<int, std::string_view>::first);
  const std::string said = "the broker refuses the connection: " + name_of(refusal);
  return advice == std::ranges::end(kAdvice) ? said : said + "; " + std::string(advice->second);
}

bool is_taken_over(int reason) { return reason == mqtt::SESSION_TAKEN_OVER; }

bool is_lost(int code) {
  return code == MQTTASYNC_SUCCESS || code == MQTTASYNC_DISCONNECTED || code == MQTTASYNC_OPERATION_INCOMPLETE;
}

std::string explain(int code, int reason, const char* did) {
  if (refused(reason)) {
    return std::string(did) + ": " + name_of(reason);
  }
  return is_lost(code) ? "the connection was lost" : mqtt::exception::error_str(code);
}

std::string own_words(const mqtt::properties& properties) {
  std::string words;
  const auto add = [&](const char* before, mqtt::property::code code, const char* after) {
    if (!properties.contains(code)) return;
    const std::string said = mqtt::get<std::string>(properties, code).substr(0, kMostOwnWords);
    if (!said.empty()) words += before + printable(said) + after;
  };
  add("; it says: \"", mqtt::property::REASON_STRING, "\"");
  add("; it names the server ", mqtt::property::SERVER_REFERENCE, ", which belongs into the configuration");
  return words;
}

}  // namespace greentill::paho
