// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/session.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/crypto/secret.hpp"
#include "daemon/paho/paho.hpp"

namespace greentill::credit {
namespace {

constexpr std::string_view kSuffix = "/claims";
constexpr std::chrono::seconds kAnswerTime{40};    // Paho gives a connection up after 20
constexpr std::size_t kMostCorrelationBytes = 64;  // a device's correlation data has 32
constexpr std::chrono::milliseconds kTurn{200};    // how often to look for a stop
// Receipts that the broker has not acknowledged, of 64 KiB at most. Mosquitto takes no more at once (max_inflight_messages); what
// another broker does not take waits in Paho's memory.
constexpr std::size_t kMostUnderway = 256;
// Paho's own bound of what waits in its memory, 100 unless set, must not be reached: it would refuse a receipt.
constexpr int kMostBuffered = static_cast<int>(kMostUnderway) + 2;  // and the list of the revoked, and the common bundle

/// The device of a topic "greentill/v1/<device>/claims"; empty where it is another topic.
std::string device_of(const std::string& topic) {
  std::string_view device(topic);
  if (!device.starts_with(guard::kTopics) || !device.ends_with(kSuffix)) return {};
  device.remove_prefix(guard::kTopics.size());
  device.remove_suffix(std::min(kSuffix.size(), device.size()));
  return claim::is_device_id(device) ? std::string(device) : std::string();
}

std::vector<std::uint8_t> to_bytes(const std::string& text) {
  const ByteView bytes = as_bytes(text);  // of the vector's own kind, so that they are copied as one
  return {bytes.begin(), bytes.end()};
}

/// What the device says that it has stored; nothing stored where it says nothing, or breaks the form.
claim::Stored stored_of(const mqtt::properties& asked) {
  for (std::size_t i = 0; i < asked.count(mqtt::property::USER_PROPERTY); ++i) {
    const auto [name, value] = mqtt::get<mqtt::string_pair>(asked, mqtt::property::USER_PROPERTY, i);
    if (name == claim::kStoredProperty) return claim::parse_stored(value).value_or(claim::Stored{});
  }
  return {};
}

/// The batch in a message; nothing where it is no device's batch.
std::optional<Received> receive(const mqtt::message& message) {
  Received received;
  received.device = device_of(message.get_topic());
  if (received.device.empty()) return std::nullopt;
  const mqtt::properties& asked = message.get_properties();
  if (asked.contains(mqtt::property::CORRELATION_DATA)) {
    received.correlation = to_bytes(mqtt::get<mqtt::binary>(asked, mqtt::property::CORRELATION_DATA));
  }
  if (received.correlation.size() > kMostCorrelationBytes) return std::nullopt;
  received.stored = stored_of(asked);
  received.payload = to_bytes(message.get_payload());
  return received;
}

}  // namespace

Session::Session(const BrokerOptions& options, Clerk& clerk, Revocations& revocations, BundleNews& bundles, Log& log)
    : options_(options),
      clerk_(clerk),
      revocations_(revocations),
      bundles_(bundles),
      log_(log),
      inbox_(clock_, log),
      underway_(kMostUnderway),
      client_(options.target.address.paho_uri, options.client_id,
              mqtt::create_options_builder().mqtt_version(MQTTVERSION_5).max_buffered_messages(kMostBuffered).finalize()) {
  client_.set_message_callback([this](mqtt::const_message_ptr message) {
    heard_ = clock_.monotonic();
    if (message->get_topic() == guard::kMethodologiesTopic) return bundles_.heard(message->get_payload_str());
    if (auto received = receive(*message)) inbox_.put(std::move(*received));
  });
  client_.set_disconnected_handler([this](const mqtt::properties& properties, mqtt::ReasonCode reason) {
    farewell_.set({reason, paho::own_words(properties)});
  });
}

Status Session::connect(std::chrono::seconds keep_alive, const std::atomic<bool>& stopping) {
  const crypto::WipeFreed wiping;  // while Paho reads the key
  const mqtt::token_ptr answer = client_.connect(paho::connect_options(options_.target, keep_alive));
  try {
    if (!await(answer, stopping, false)) return fail(ErrorCode::unavailable, "the broker does not answer");
  } catch (const mqtt::exception& error) {
    const int refusal = paho::refusal_of(error.get_return_code(), error.get_reason_code());
    return fail(ErrorCode::unavailable, refusal != 0 ? paho::explain_refusal(refusal) : find_cause(stopping));
  }
  limits_ = paho::limits_of(*answer);
  if (const std::string why = paho::without_qos_1(limits_); !why.empty()) return fail(ErrorCode::denied, why);
  if (limits_.shares) return Done{};
  return fail(ErrorCode::denied,
              "the broker offers no shared subscriptions with wildcards, by which workers take batches; it must "
              "allow them");
}

Status Session::subscribe(const std::atomic<bool>& stopping) {
  try {
    if (await(client_.subscribe(guard::share_subscription(options_.share_group), 1), stopping, true)) return Done{};
    if (client_.is_connected()) return fail(ErrorCode::unavailable, "the broker does not answer our subscription");
    return Failure{ended(MQTTASYNC_SUCCESS, mqtt::SUCCESS)};
  } catch (const mqtt::exception& error) {
    const int reason = error.get_reason_code();
    if (!client_.is_connected() || !paho::refused(reason)) return Failure{ended(error.get_return_code(), reason)};
    return fail(ErrorCode::denied, "cannot subscribe to the devices' claims: " + paho::explain(error.get_return_code(), reason) +
                                       "; is broker.share_group the broker's, and the user of " +
                                       options_.target.certificate.string() + " let read " + std::string(guard::kClaims) + "?");
  }
}

template <typename News>
void Session::tell(News& news, KeptMessage& message) {
  if (message.sent != nullptr) {
    if (!message.sent->is_complete()) return;
    const int code = message.sent->get_return_code();
    const int reason = message.sent->get_reason_code();
    message.sent = nullptr;
    const bool taken = code == MQTTASYNC_SUCCESS && !paho::refused(reason);
    news.answer(taken ? std::string() : paho::explain(code, reason) + message.advice);
  }
  if (const auto text = news.due()) publish(news, message, *text);
}

template <typename News>
void Session::publish(News& news, KeptMessage& message, const std::string& text) {
  const std::size_t bytes = paho::publish_bytes(message.topic, text.size(), {});
  if (!limits_.fits(bytes)) {
    return news.answer("the " + message.what + " needs a packet of " + std::to_string(bytes) +
                       " bytes, and the broker takes at most " + std::to_string(limits_.packet_bytes) +
                       "; raise the broker's limit");
  }
  try {
    message.sent = client_.publish(mqtt::make_message(message.topic, text, 1, limits_.retains));
  } catch (const mqtt::exception& error) {
    news.answer(error.what());
  }
}

Status Session::serve(const std::atomic<bool>& stopping) {
  revocations_.begin();
  bundles_.begin();
  try {
    client_.subscribe(std::string(guard::kMethodologiesTopic), 1);  // what it keeps comes by itself, or else nothing
  } catch (const mqtt::exception& error) {
    if (!client_.is_connected()) return Failure{ended(error.get_return_code(), error.get_reason_code())};
  }
  while (!stopping) {
    options_.turned();
    tell(revocations_, revoked_);
    tell(bundles_, bundle_);
    do_due();
    if (auto message = inbox_.take(kTurn)) {
      worked_ = true;
      if (Status handled = handle(std::move(*message), stopping); !handled) return handled;
    } else if (!client_.is_connected()) {
      break;
    }
  }
  if (!stopping) return Failure{ended(MQTTASYNC_SUCCESS, mqtt::SUCCESS)};
  try {
    client_.disconnect(1000)->wait_for(std::chrono::seconds(2));
  } catch (const mqtt::exception&) {
    return Done{};  // the destructor drops the connection
  }
  return Done{};
}

// Waits for the broker's answer; false where none came. Paho forgets a subscription whose connection ends before the answer, so
// that waiting for it without a limit would never end.
bool Session::await(const mqtt::token_ptr& answer, const std::atomic<bool>& stopping, bool connected) const {
  const auto end = std::chrono::steady_clock::now() + kAnswerTime;
  while (!answer->wait_for(kTurn)) {
    if (stopping || (connected && !client_.is_connected()) || std::chrono::steady_clock::now() >= end) return false;
  }
  return true;
}

// Paho does not tell why a connection failed.
std::string Session::find_cause(const std::atomic<bool>& stopping) const {
  constexpr std::chrono::milliseconds kLimit{5'000};
  const auto addresses = probe::resolve(options_.target.address);
  return addresses ? probe::find_cause(options_.target, *addresses, kLimit, stopping) : addresses.error().message;
}

// Why the connection is over, as the broker said, or else as Paho does. io: without a word.
Error Session::ended(int code, int reason) const {
  const auto [said, words] = farewell_.get();
  const int why = said == 0 ? reason : said;
  if (paho::is_taken_over(why)) {
    return {ErrorCode::unavailable, "another client uses this worker's id; give each its own with --client-id"};
  }
  const bool without_a_word = !paho::refused(why) && paho::is_lost(code);
  return {without_a_word ? ErrorCode::io : ErrorCode::unavailable,
          paho::explain(code, why, "the broker ended the connection") + words};
}

/// What is due is done between batches, a part at a time, and batches do not wait for it longer than for one another.
void Session::do_due() {
  const auto more = clerk_.tick();
  if (more) return;
  const auto line = put_off_.take("what is due is put off: " + more.error().message, clock_.monotonic());
  if (line) log_.write(LogLevel::error, "worker", *line);
}

void Session::tell(LinesByName& lines, LogLevel level, const std::string& device, const std::string& what) {
  if (const auto line = lines.take(device, device + ": " + what, clock_.monotonic())) log_.write(level, "worker", *line);
}

/// An error is the session's end.
Status Session::handle(Received message, const std::atomic<bool>& stopping) {
  const auto replies = clerk_.take(message.device, std::move(message.payload), std::move(message.correlation), message.stored);
  if (!replies) {
    tell(passed_over_, LogLevel::error, message.device, "a batch is passed over: " + replies.error().message);
    return Done{};
  }
  for (const Reply& reply : *replies) {
    if (Status published = publish(message.device, reply, stopping); !published) return published;
  }
  return Done{};
}

/// Until the broker has acknowledged enough for another receipt, whoever it is for. The batches that come meanwhile wait in the
/// inbox. An error is the session's end; at a stop there may be no room.
Status Session::await_room(const std::atomic<bool>& stopping) {
  const auto end = std::chrono::steady_clock::now() + kAnswerTime;
  while (!underway_.has_room() && !stopping) {
    if (!client_.is_connected()) return Failure{ended(MQTTASYNC_SUCCESS, mqtt::SUCCESS)};
    if (std::chrono::steady_clock::now() >= end) {
      return fail(ErrorCode::unavailable, "the broker does not acknowledge what we send");
    }
    try {
      underway_.oldest()->wait_for(kTurn);
    } catch (const mqtt::exception&) {
      continue;  // that one is refused, which makes room as well
    }
  }
  return Done{};
}

Status Session::publish(const std::string& device, const Reply& reply, const std::atomic<bool>& stopping) {
  const std::string topic = std::string(guard::kTopics) + device + "/receipts";
  const std::size_t bytes = paho::publish_bytes(topic, reply.message.size(), {reply.correlation.size()});
  if (!limits_.fits(bytes)) {
    tell(not_sent_, LogLevel::error, device,
         "a receipt needs a packet of " + std::to_string(bytes) + " bytes, and the broker takes at most " +
             std::to_string(limits_.packet_bytes) + ": it is not sent; raise the broker's limit");
    return Done{};
  }
  if (Status room = await_room(stopping); !room || stopping) return room;
  auto message = mqtt::make_message(topic, std::string(as_text(reply.message)), 1, false);
  mqtt::properties properties;
  if (!reply.correlation.empty()) properties.add({mqtt::property::CORRELATION_DATA, std::string(as_text(reply.correlation))});
  message->set_properties(properties);
  try {
    underway_.add(client_.publish(message));
  } catch (const mqtt::exception& error) {
    if (!client_.is_connected()) return Failure{ended(MQTTASYNC_SUCCESS, mqtt::SUCCESS)};
    // The device gets no receipt and sends its batch again.
    tell(not_sent_, LogLevel::warning, device, std::string("a receipt could not be sent: ") + error.what());
  }
  return Done{};
}

}  // namespace greentill::credit
