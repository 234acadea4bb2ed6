// SPDX-License-Identifier: Apache-2.0
#include <mqtt/async_client.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <utility>

#include "daemon/base/guarded.hpp"
#include "daemon/base/socket_use.hpp"
#include "daemon/claim/stored.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/paho/paho.hpp"
#include "daemon/uplink/diagnosis.hpp"
#include "daemon/uplink/transport.hpp"

namespace greentill::uplink {
namespace {

constexpr int kMqtt5 = 5;
constexpr std::int32_t kLargestPacket = 128 << 10;  // a receipt has at most 64 KiB, and MQTT's headers beside it
constexpr std::int32_t kReceiptsInFlight = 32;
// An honest service answers one window; what comes beyond is dropped, and its claims are sent again.
constexpr int kMostQueuedMessages = 64;
// Of an attempt that the broker refused in MQTT's own words, behind a whole handshake.
constexpr std::uint64_t kRefusedAttempt = 6'000;

std::uint16_t port_of(const BrokerAddress& address) {
  std::uint16_t port = 0;
  std::from_chars(address.port.data(), address.port.data() + address.port.size(), port);
  return port;
}

/// What Paho's threads may use: it posts to the strand and holds the session weakly. Only work on the strand makes the reference
/// strong: whoever releases the last one destroys the client, and no callback of a client may destroy it.
class Mailbox {
 public:
  Mailbox(Executor& strand, std::weak_ptr<TransportListener> listener, std::string news)
      : strand_(strand), listener_(std::move(listener)), news_(std::move(news)) {}

  template <typename F>
  void post(F work) {
    strand_.post([listener = listener_, work = std::move(work)] {
      if (const auto alive = listener.lock()) work(*alive);
    });
  }
  void used(std::uint64_t bytes) {
    post([bytes](TransportListener& listener) { listener.on_used(bytes); });
  }
  void lost(ErrorCode code, std::string why) { lost(Error{code, std::move(why)}); }
  void lost(Error error) {
    post([error = std::move(error)](TransportListener& listener) { listener.on_lost(error); });
  }
  void message(mqtt::const_message_ptr message) {
    if (queued_->fetch_add(1) >= kMostQueuedMessages) {
      queued_->fetch_sub(1);
      return;
    }
    const bool is_news = message->get_topic() == news_;
    post([message = std::move(message), queued = queued_, is_news](TransportListener& listener) {
      queued->fetch_sub(1);
      if (is_news) return listener.on_news(as_bytes(message->get_payload()));
      const mqtt::properties& properties = message->get_properties();
      const std::string correlation = properties.contains(mqtt::property::CORRELATION_DATA)
                                          ? mqtt::get<std::string>(properties, mqtt::property::CORRELATION_DATA)
                                          : std::string();
      listener.on_message(as_bytes(message->get_payload()), correlation);
    });
  }

 private:
  Executor& strand_;
  std::weak_ptr<TransportListener> listener_;
  const std::string news_;
  std::shared_ptr<std::atomic<int>> queued_ = std::make_shared<std::atomic<int>>(0);
};

class PahoTransport final : public Transport {
 public:
  PahoTransport(const Connection& connection, Executor& strand, std::weak_ptr<TransportListener> listener)
      : connection_(connection), mailbox_(strand, std::move(listener), connection.news) {}

  void connect() {
    before_ = connections_to(port_of(connection_.broker.address));
    try {
      const auto options = mqtt::create_options_builder().mqtt_version(kMqtt5).finalize();
      client_ = std::make_unique<mqtt::async_client>(connection_.broker.address.paho_uri, connection_.client_id, options);
      client_->set_message_callback([this](mqtt::const_message_ptr message) { mailbox_.message(std::move(message)); });
      client_->set_connection_lost_handler([this](const std::string&) { mailbox_.lost(ended(MQTTASYNC_DISCONNECTED)); });
      client_->set_disconnected_handler([this](const mqtt::properties& properties, mqtt::ReasonCode reason) {
        farewell_.set({reason, paho::own_words(properties)});
        mailbox_.lost(ended(MQTTASYNC_DISCONNECTED));
      });
      wiping_ = std::make_unique<crypto::WipeFreed>();
      client_->connect(connect_options(), nullptr, on_connect_);
    } catch (const std::exception& error) {
      mailbox_.lost(ErrorCode::unavailable, explain(error.what()));
    }
  }

  [[nodiscard]] std::optional<std::uint64_t> carried() const override {
    const std::optional<OwnConnection> own = own_.get();
    return own ? own->carried() : std::nullopt;
  }

  Status publish(const Publication& publication) override {
    try {
      client_->publish(to_message(publication), nullptr, on_publish_);
      return Done{};
    } catch (const mqtt::exception& error) {
      return Failure{ended(error.get_return_code())};
    } catch (const std::exception& error) {
      return fail(ErrorCode::unavailable, explain(error.what()));
    }
  }

  void farewell(const Publication& last_word, std::chrono::milliseconds limit) override {
    bool said = false;
    try {
      said = client_->publish(to_message(last_word))->wait_for(limit * 3 / 4);
    } catch (const std::exception&) {
      said = false;  // the broker publishes the will then
    }
    try {
      mqtt::disconnect_options options(0);
      if (!said) options.set_reason_code(mqtt::DISCONNECT_WITH_WILL_MESSAGE);
      client_->disconnect(options)->wait_for(limit / 4);
    } catch (const std::exception&) {
      return;  // the destructor drops the connection
    }
  }

 private:
  mqtt::connect_options connect_options() const {
    mqtt::connect_options options = paho::connect_options(connection_.broker, connection_.keep_alive);
    options.set_max_inflight(static_cast<int>(connection_.max_inflight));
    options.set_properties(
        {{mqtt::property::RECEIVE_MAXIMUM, kReceiptsInFlight}, {mqtt::property::MAXIMUM_PACKET_SIZE, kLargestPacket}});
    options.set_will(mqtt::will_options(connection_.will_topic, connection_.will, 1, connection_.will_retained));
    return options;
  }

  static mqtt::message_ptr to_message(const Publication& publication) {
    auto message = mqtt::make_message(std::string(publication.topic), publication.payload.data(), publication.payload.size(), 1,
                                      publication.retained);
    mqtt::properties properties;
    const auto add = [&properties](mqtt::property::code code, std::string_view value) {
      if (!value.empty()) properties.add({code, std::string(value)});
    };
    add(mqtt::property::CONTENT_TYPE, publication.content_type);
    add(mqtt::property::RESPONSE_TOPIC, publication.response_topic);
    add(mqtt::property::CORRELATION_DATA, publication.correlation);
    if (!publication.stored.empty()) {
      properties.add({mqtt::property::USER_PROPERTY, std::string(claim::kStoredProperty), std::string(publication.stored)});
    }
    message->set_properties(std::move(properties));
    return message;
  }

  // Paho may call this twice for one connection.
  void connected(const mqtt::token& token, int code) {
    wiping_.reset();
    const int refusal = paho::refusal_of(code, token.get_reason_code());
    if (paho::refuses_retained(refusal) && connection_.will_retained) {
      return mailbox_.post([](TransportListener& listener) { listener.on_retained_refused(); });
    }
    if (refusal != 0) {
      mailbox_.used(kRefusedAttempt);
      return mailbox_.lost(ErrorCode::unavailable, explain(paho::explain_refusal(refusal)));
    }
    if (code != MQTTASYNC_SUCCESS) return diagnose();
    if (subscribing_.exchange(true)) return;
    find_own();
    mailbox_.post([limits = paho::limits_of(token)](TransportListener& listener) { listener.on_connected(limits); });
    try {
      client_->subscribe(connection_.subscription, 1, nullptr, on_subscribe_);
    } catch (const std::exception& error) {
      mailbox_.lost(ErrorCode::unavailable, explain(error.what()));
    }
  }

  // Paho does not hand its socket out: it is the one to the broker's port that was not there before, where that is one alone.
  void find_own() {
    auto now = connections_to(port_of(connection_.broker.address));
    std::erase_if(now, [this](const OwnConnection& one) { return std::ranges::find(before_, one) != before_.end(); });
    if (now.size() == 1) own_.set(now.front());
  }

  // Paho does not tell the cause of a failure. This runs on Paho's thread, so the probe has a thread of its own.
  void diagnose() {
    if (diagnosing_.exchange(true)) return;
    diagnosis_.start(connection_.broker, [this](const std::string& cause, std::uint64_t carried) {
      mailbox_.used(2 * carried);  // Paho's own attempt came about as far
      mailbox_.lost(ErrorCode::unavailable, explain(cause));
    });
  }

  void subscribed(const mqtt::token& token, int code) {
    const int reason = token.get_reason_code();
    if (code == MQTTASYNC_SUCCESS && !paho::refused(reason)) {
      subscribe_to_news();
      mailbox_.post([](TransportListener& listener) { listener.on_ready(); });
    } else {
      mailbox_.lost(ErrorCode::denied,
                    explain("cannot subscribe to " + connection_.subscription + ": " + paho::explain(code, reason)));
    }
  }

  /// A broker that does not let us have them may be of an older version: the session goes on without.
  void subscribe_to_news() {
    if (connection_.news.empty()) return;
    const auto kept =
        connection_.news_kept ? mqtt::subscribe_options::SEND_RETAINED_ON_SUBSCRIBE : mqtt::subscribe_options::DONT_SEND_RETAINED;
    try {
      client_->subscribe(connection_.news, 1, mqtt::subscribe_options(false, false, kept));
    } catch (const std::exception&) {
      return;  // the connection is over, which is told elsewhere
    }
  }

  void published(const mqtt::token& token, int code) {
    const int reason = token.get_reason_code();
    if (code == MQTTASYNC_SUCCESS || paho::refused(reason)) {
      std::string refusal = paho::refused(reason) ? explain(paho::explain(code, reason)) : std::string();
      mailbox_.post([refusal = std::move(refusal)](TransportListener& listener) { listener.on_acknowledged(refusal); });
    } else {
      mailbox_.lost(ended(code));
    }
  }

  [[nodiscard]] std::string explain(const std::string& what) const { return connection_.broker.address.shown + ": " + what; }

  [[nodiscard]] Error ended(int code) const {
    const auto [reason, words] = farewell_.get();
    if (paho::is_taken_over(reason)) {
      return {ErrorCode::conflict, explain("another client uses this device's id: was it cloned?")};
    }
    const bool without_a_word = !paho::refused(reason) && paho::is_lost(code);
    return {without_a_word ? ErrorCode::io : ErrorCode::unavailable,
            explain(paho::explain(code, reason, "the broker ended the connection") + words)};
  }

  template <void (PahoTransport::*Handler)(const mqtt::token&, int)>
  class Forward final : public mqtt::iaction_listener {
   public:
    explicit Forward(PahoTransport& owner) : owner_(owner) {}
    void on_success(const mqtt::token& token) override { (owner_.*Handler)(token, MQTTASYNC_SUCCESS); }
    void on_failure(const mqtt::token& token) override { (owner_.*Handler)(token, token.get_return_code()); }

   private:
    PahoTransport& owner_;
  };

  const Connection connection_;
  Mailbox mailbox_;
  std::atomic<bool> subscribing_{false};
  std::atomic<bool> diagnosing_{false};
  std::vector<OwnConnection> before_;  // connections to the broker's port when this one began
  Guarded<std::optional<OwnConnection>> own_;
  Diagnosis diagnosis_;
  Guarded<paho::Farewell> farewell_;
  std::unique_ptr<crypto::WipeFreed> wiping_;  // from before Paho reads the key until the connection succeeds or fails
  Forward<&PahoTransport::connected> on_connect_{*this};
  Forward<&PahoTransport::subscribed> on_subscribe_{*this};
  Forward<&PahoTransport::published> on_publish_{*this};
  std::unique_ptr<mqtt::async_client> client_;  // last member: it is destroyed first, since its callbacks use the others
};

}  // namespace

std::shared_ptr<void> keep_paho() {
  try {
    return std::make_shared<mqtt::async_client>("tcp://localhost", "");  // this client never connects
  } catch (const std::exception&) {
    return nullptr;  // without it the strand may have to wait for Paho's threads, but everything works
  }
}

std::unique_ptr<Transport> connect_paho(const Connection& connection, Executor& strand,
                                        std::weak_ptr<TransportListener> listener) {
  auto transport = std::make_unique<PahoTransport>(connection, strand, std::move(listener));
  transport->connect();
  return transport;
}

}  // namespace greentill::uplink
