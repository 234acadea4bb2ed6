// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/worker.hpp"

#include <mqtt/async_client.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
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

/// Batches that the broker delivered and nobody has booked yet. Paho acknowledges a message before it shows it, and holds the
/// lock of all its clients while it does, so that nobody can be held back here: what is too much is dropped. Its device, without
/// a receipt, sends it again, one batch at a time and ever more slowly.
class Inbox {
 public:
  explicit Inbox(Log& log) : log_(log) {}

  void put(mqtt::const_message_ptr message) {
    const std::lock_guard lock(mutex_);
    const std::size_t size = message->get_payload().size();
    const bool full = bytes_ + size > kMostBytes;
    if (full && !dropping_) log_.write(LogLevel::warning, "worker", "batches come faster than they are booked; some are dropped");
    dropping_ = full;
    if (full) return;
    bytes_ += size;
    messages_.push_back(std::move(message));
    filled_.notify_one();
  }
  /// Null where none came in time.
  mqtt::const_message_ptr take(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!filled_.wait_for(lock, limit, [this] { return !messages_.empty(); })) return nullptr;
    mqtt::const_message_ptr message = std::move(messages_.front());
    messages_.pop_front();
    bytes_ -= message->get_payload().size();
    return message;
  }

 private:
  // Booked in less than a device waits for a receipt: what lies here longer was sent again meanwhile.
  static constexpr std::size_t kMostBytes = 64u << 20;

  Log& log_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<mqtt::const_message_ptr> messages_;
  std::size_t bytes_ = 0;
  bool dropping_ = false;
};

class Session {
 public:
  Session(const BrokerOptions& options, Clerk& clerk, Log& log)
      : clerk_(clerk),
        log_(log),
        inbox_(log),
        client_(options.server.paho_uri, options.client_id, mqtt::create_options(MQTTVERSION_5)) {
    const auto tls = mqtt::ssl_options_builder()
                         .trust_store(options.authorities.string())
                         .key_store(options.certificate.string())
                         .private_key(options.key.string())
                         .enable_server_cert_auth(true)
                         .verify(true)
                         .finalize();
    client_.set_message_callback([this](mqtt::const_message_ptr message) { inbox_.put(std::move(message)); });
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
      if (const mqtt::const_message_ptr message = inbox_.take(kLook)) {
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
  Inbox inbox_;
  mqtt::async_client client_;  // last: its threads use the rest
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
      log.write(LogLevel::info, "worker", "takes batches from " + options.server.paho_uri);
      longest = kLeastPause;
      session.serve(stopping);
    } catch (const mqtt::exception& error) {
      log.write(LogLevel::warning, "worker", options.server.paho_uri + ": " + error.what());
    }
    pause(longest, stopping);
    longest = std::min(longest * 2, kMostPause);
  }
  return Done{};
}

}  // namespace greentill::credit
