// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/worker.hpp"

#include <mqtt/async_client.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "daemon/base/backoff.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/paho/paho.hpp"
#include "tools/credit-service/broker/inbox.hpp"

namespace greentill::credit {
namespace {

constexpr const char* kSubscription = "$share/credit/greentill/v1/+/claims";
constexpr std::string_view kPrefix = "greentill/v1/";
constexpr std::string_view kSuffix = "/claims";
constexpr std::chrono::milliseconds kLeastPause{200};
constexpr std::chrono::milliseconds kMostPause{30'000};
constexpr std::chrono::seconds kKeepAlive{20};
constexpr std::chrono::seconds kStable{10};        // a session that lasted so long counts as a success
constexpr std::chrono::seconds kAnswerTime{40};    // Paho gives a connection up after 20
constexpr std::size_t kMostCorrelationBytes = 64;  // a device's correlation data has 32
constexpr std::chrono::milliseconds kLook{200};    // how often to look for a stop

/// The device of a topic "greentill/v1/<device>/claims"; empty where it is another topic.
std::string device_of(const std::string& topic) {
  std::string_view device(topic);
  if (!device.starts_with(kPrefix) || !device.ends_with(kSuffix)) return {};
  device.remove_prefix(kPrefix.size());
  device.remove_suffix(std::min(kSuffix.size(), device.size()));
  return claim::is_device_id(device) ? std::string(device) : std::string();
}

std::vector<std::uint8_t> to_bytes(const std::string& text) { return {text.begin(), text.end()}; }

/// The batch in a message; nothing where it is no device's batch.
std::optional<Received> receive(const mqtt::message& message) {
  Received received;
  received.device = device_of(message.get_topic());
  if (received.device.empty() || message.get_payload().empty()) return std::nullopt;
  const mqtt::properties& asked = message.get_properties();
  if (asked.contains(mqtt::property::CORRELATION_DATA)) {
    received.correlation = to_bytes(mqtt::get<mqtt::binary>(asked, mqtt::property::CORRELATION_DATA));
  }
  if (received.correlation.size() > kMostCorrelationBytes) return std::nullopt;
  received.payload = to_bytes(message.get_payload());
  return received;
}

std::string explain(int code, int reason) {
  if (paho::is_taken_over(reason)) return "another client uses this worker's id; give each its own with --client-id";
  return paho::explain(code, reason);
}

class Session {
 public:
  Session(const BrokerOptions& options, Clerk& clerk, Log& log)
      : options_(options),
        clerk_(clerk),
        log_(log),
        inbox_(log),
        client_(options.target.address.paho_uri, options.client_id, mqtt::create_options(MQTTVERSION_5)) {
    client_.set_message_callback([this](mqtt::const_message_ptr message) {
      if (auto received = receive(*message)) inbox_.put(std::move(*received));
    });
    client_.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode reason) { farewell_ = reason; });
  }

  /// Connects and subscribes. denied: connected, but the broker does not let this user read claims.
  Status open(const std::atomic<bool>& stopping) {
    bool connected = false;
    try {
      {
        const crypto::WipeFreed wiping;  // while Paho reads the key
        connected = await(client_.connect(paho::connect_options(options_.target, kKeepAlive)), stopping, false);
      }
      if (!connected) return fail(ErrorCode::unavailable, "the broker does not answer");
      if (await(client_.subscribe(kSubscription, 1), stopping, true)) return Done{};
      return fail(ErrorCode::unavailable,
                  client_.is_connected() ? "the broker does not answer our subscription" : explain(MQTTASYNC_SUCCESS, farewell_));
    } catch (const mqtt::exception& error) {
      const int reason = farewell_ == mqtt::SUCCESS ? error.get_reason_code() : farewell_.load();
      if (!connected && !paho::refused(reason)) return fail(ErrorCode::unavailable, find_cause(stopping));
      const std::string why = explain(error.get_return_code(), reason);
      if (!client_.is_connected() || !paho::refused(reason)) return fail(ErrorCode::unavailable, why);
      return fail(ErrorCode::denied, "cannot subscribe to " + std::string(kSubscription) + ": " + why + "; let the user of " +
                                         options_.target.certificate.string() + " read it");
    }
  }

  /// Serves batches until the connection is lost, which is the error, or a stop is asked for.
  Status serve(const std::atomic<bool>& stopping) {
    while (!stopping) {
      if (const auto message = inbox_.take(kLook)) {
        worked_ = true;
        try {
          handle(*message);
        } catch (const mqtt::exception& error) {
          if (!client_.is_connected()) break;
          // Too many publications may be under way: the device gets no receipt and sends its batch again.
          log_.write(LogLevel::warning, "worker", message->device + ": a receipt could not be sent: " + error.what());
        }
      } else if (!client_.is_connected()) {
        break;
      }
    }
    if (!stopping) return fail(ErrorCode::unavailable, explain(MQTTASYNC_SUCCESS, farewell_));
    try {
      client_.disconnect(1000)->wait_for(std::chrono::seconds(2));
    } catch (const mqtt::exception&) {
      return Done{};  // the destructor drops the connection
    }
    return Done{};
  }

  [[nodiscard]] bool worked() const { return worked_; }

 private:
  // Waits for the broker's answer; false where none came. Paho forgets a subscription whose connection ends before the answer, so
  // that waiting for it without a limit would never end.
  bool await(const mqtt::token_ptr& answer, const std::atomic<bool>& stopping, bool connected) const {
    const auto end = std::chrono::steady_clock::now() + kAnswerTime;
    while (!answer->wait_for(kLook)) {
      if (stopping || (connected && !client_.is_connected()) || std::chrono::steady_clock::now() >= end) return false;
    }
    return true;
  }

  // Paho does not tell why a connection failed.
  [[nodiscard]] std::string find_cause(const std::atomic<bool>& stopping) const {
    constexpr std::chrono::milliseconds kLimit{5'000};
    const auto addresses = probe::resolve(options_.target.address);
    return addresses ? probe::find_cause(options_.target, *addresses, kLimit, stopping) : addresses.error().message;
  }

  void handle(const Received& message) {
    const auto replies = clerk_.take(message.device, message.payload, message.correlation);
    if (!replies) {
      log_.write(LogLevel::error, "worker", message.device + ": a batch is passed over: " + replies.error().message);
      return;
    }
    for (const Reply& reply : *replies) publish(message.device, reply);
  }

  void publish(const std::string& device, const Reply& reply) {
    auto message = mqtt::make_message(std::string(kPrefix) + device + "/receipts", std::string(as_text(reply.message)), 1, false);
    mqtt::properties properties;
    if (!reply.correlation.empty()) properties.add({mqtt::property::CORRELATION_DATA, std::string(as_text(reply.correlation))});
    message->set_properties(properties);
    client_.publish(message);
  }

  const BrokerOptions& options_;
  Clerk& clerk_;
  Log& log_;
  Inbox inbox_;
  bool worked_ = false;
  std::atomic<int> farewell_{mqtt::SUCCESS};  // the reason the broker gave for ending the connection
  mqtt::async_client client_;                 // last member: its threads use the others
};

void pause(std::chrono::milliseconds left, const std::atomic<bool>& stopping) {
  for (; left > std::chrono::milliseconds(0) && !stopping; left -= kLook) std::this_thread::sleep_for(std::min(left, kLook));
}

}  // namespace

Status work(const BrokerOptions& options, Clerk& clerk, Log& log, const std::atomic<bool>& stopping) {
  const std::string& broker = options.target.address.paho_uri;
  SystemRandom random;
  Backoff backoff(kLeastPause, kMostPause);
  paho::TwinGuess twin;
  for (bool first = true; !stopping; pause(backoff.next(random), stopping)) {
    Status ended = Done{};
    try {
      Session session(options, clerk, log);
      ended = session.open(stopping);
      if (!ended && ended.error().code == ErrorCode::denied && first) return Failure{ended.error().with_context(broker)};
      if (ended) {
        first = false;
        log.write(LogLevel::info, "worker", "takes batches from " + broker);
        const auto begin = std::chrono::steady_clock::now();
        ended = session.serve(stopping);
        const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        if (lasted >= kStable || session.worked()) backoff.reset();
        twin.ended(lasted);
        const std::string question = ended ? "" : twin.question("worker use the id " + options.client_id);
        if (!question.empty()) ended.error().message += question + " Give each its own with --client-id";
      }
    } catch (const mqtt::exception& error) {
      ended = fail(ErrorCode::unavailable, error.what());
    }
    if (!ended && !stopping) log.write(LogLevel::warning, "worker", broker + ": " + ended.error().message);
  }
  return Done{};
}

}  // namespace greentill::credit
