// SPDX-License-Identifier: Apache-2.0
#include "daemon/paho/paho.hpp"

#include <mqtt/async_client.h>

namespace greentill::paho {
namespace {

constexpr int kFirstFailure = 128;  // MQTT 5 reason codes from here on are failures
constexpr std::chrono::seconds kConnectTimeout{20};

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

bool is_taken_over(int reason) { return reason == mqtt::SESSION_TAKEN_OVER; }

bool is_lost(int code) {
  return code == MQTTASYNC_SUCCESS || code == MQTTASYNC_DISCONNECTED || code == MQTTASYNC_OPERATION_INCOMPLETE;
}

std::string explain(int code, int reason, const char* did) {
  if (refused(reason)) {
    return std::string(did) + ": " + mqtt::exception::reason_code_str(reason) + " (" + std::to_string(reason) + ")";
  }
  return is_lost(code) ? "the connection was lost" : mqtt::exception::error_str(code);
}

}  // namespace greentill::paho
