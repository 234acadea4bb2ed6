// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/worker.hpp"

#include <mqtt/async_client.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

namespace greentill::credit {
namespace {

constexpr const char* kSubscription = "$share/credit/greentill/v1/+/claims";
constexpr std::string_view kPrefix = "greentill/v1/";
constexpr std::string_view kSuffix = "/claims";
constexpr std::chrono::milliseconds kLeastPause{200};
constexpr std::chrono::milliseconds kMostPause{30'000};
constexpr std::chrono::milliseconds kLook{200};  // how often a stop is looked for

/// The device of "greentill/v1/<device>/claims", or nothing.
std::string device_of(const std::string& topic) {
  const std::string_view view(topic);
  if (view.size() <= kPrefix.size() + kSuffix.size() || view.substr(0, kPrefix.size()) != kPrefix ||
      view.substr(view.size() - kSuffix.size()) != kSuffix) {
    return {};
  }
  const std::string_view device = view.substr(kPrefix.size(), view.size() - kPrefix.size() - kSuffix.size());
  return claim::is_device_id(device) ? std::string(device) : std::string();
}

std::vector<std::uint8_t> to_bytes(const std::string& text) { return {text.begin(), text.end()}; }

std::string to_text(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

class Session {
 public:
  Session(const BrokerOptions& options, Clerk& clerk, Log& log)
      : clerk_(clerk), log_(log), client_(options.server_uri, options.client_id, mqtt::create_options(MQTTVERSION_5)) {
    const auto tls = mqtt::ssl_options_builder()
                         .trust_store(options.authorities.string())
                         .key_store(options.certificate.string())
                         .private_key(options.key.string())
                         .enable_server_cert_auth(true)
                         .verify(true)
                         .finalize();
    client_.start_consuming();
    client_
        .connect(mqtt::connect_options_builder()
                     .mqtt_version(MQTTVERSION_5)
                     .clean_start(true)
                     .keep_alive_interval(std::chrono::seconds(20))
                     .ssl(tls)
                     .finalize())
        ->wait();
    client_.subscribe(kSubscription, 1)->wait();
  }

  /// Until the connection is lost or a stop is asked for.
  void serve(const std::atomic<bool>& stopping) {
    while (!stopping) {
      mqtt::const_message_ptr message;
      if (client_.try_consume_message_for(&message, kLook)) {
        if (!message) return;
        handle(*message);
      } else if (!client_.is_connected()) {
        return;
      }
    }
    client_.disconnect(1000)->wait_for(std::chrono::seconds(2));
  }

 private:
  void handle(const mqtt::message& message) {
    const std::string device = device_of(message.get_topic());
    if (device.empty()) return;
    mqtt::properties asked = message.get_properties();
    std::string correlation;
    if (asked.contains(mqtt::property::CORRELATION_DATA)) {
      correlation = mqtt::get<mqtt::binary>(asked, mqtt::property::CORRELATION_DATA);
    }
    const auto replies = clerk_.take(device, to_bytes(message.get_payload()), to_bytes(correlation));
    if (!replies) {
      log_.write(LogLevel::error, "worker", device + ": a batch is passed over: " + replies.error().message);
      return;
    }
    for (const Reply& reply : *replies) publish(device, reply);
  }

  void publish(const std::string& device, const Reply& reply) {
    auto message = mqtt::make_message(std::string(kPrefix) + device + "/receipts", to_text(reply.message), 1, false);
    mqtt::properties properties;
    if (!reply.correlation.empty()) properties.add({mqtt::property::CORRELATION_DATA, to_text(reply.correlation)});
    message->set_properties(properties);
    client_.publish(message);
  }

  Clerk& clerk_;
  Log& log_;
  mqtt::async_client client_;
};

void pause(std::chrono::milliseconds most, const std::atomic<bool>& stopping) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  auto left = std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random));
  for (; left > std::chrono::milliseconds(0) && !stopping; left -= kLook) std::this_thread::sleep_for(std::min(left, kLook));
}

}  // namespace

Status work(const BrokerOptions& options, Clerk& clerk, Log& log, const std::atomic<bool>& stopping) {
  auto longest = kLeastPause;
  while (!stopping) {
    try {
      Session session(options, clerk, log);
      log.write(LogLevel::info, "worker", "takes batches from " + options.server_uri);
      longest = kLeastPause;
      session.serve(stopping);
    } catch (const mqtt::exception& error) {
      log.write(LogLevel::warning, "worker", options.server_uri + ": " + error.what());
    }
    pause(longest, stopping);
    longest = std::min(longest * 2, kMostPause);
  }
  return Done{};
}

}  // namespace greentill::credit
