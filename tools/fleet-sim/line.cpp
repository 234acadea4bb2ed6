// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/line.hpp"

#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <cerrno>
#include <cstring>

#include "daemon/base/socket_use.hpp"
#include "daemon/claim/stored.hpp"

namespace greentill::fleet_sim {
namespace {

constexpr int kReceiveMaximum = 32;  // as the daemon says

std::string words_of(int code) { return code == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(code); }

class Properties {
 public:
  ~Properties() { mosquitto_property_free_all(&list_); }
  Properties() = default;
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;

  void text(int which, std::string_view value) {
    if (!value.empty()) mosquitto_property_add_string(&list_, which, std::string(value).c_str());
  }
  void bytes(int which, std::string_view value) {
    if (!value.empty()) mosquitto_property_add_binary(&list_, which, value.data(), static_cast<std::uint16_t>(value.size()));
  }
  void pair(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    mosquitto_property_add_string_pair(&list_, MQTT_PROP_USER_PROPERTY, std::string(name).c_str(), std::string(value).c_str());
  }
  void number(int which, std::uint32_t value) { mosquitto_property_add_int32(&list_, which, value); }
  [[nodiscard]] const mosquitto_property* list() const { return list_; }

 private:
  mosquitto_property* list_ = nullptr;
};

std::string correlation_of(const mosquitto_property* properties) {
  void* value = nullptr;
  std::uint16_t length = 0;
  if (mosquitto_property_read_binary(properties, MQTT_PROP_CORRELATION_DATA, &value, &length, false) == nullptr) return {};
  std::string correlation(static_cast<const char*>(value), length);
  std::free(value);  // NOLINT(cppcoreguidelines-no-malloc): the library's
  return correlation;
}

}  // namespace

Result<std::shared_ptr<Line>> Line::open(const Dial& dial, asio::io_context& loop, Tls& tls, const Credential& credential,
                                         LineListener& listener) {
  std::shared_ptr<Line> line(new Line(loop, tls, credential, listener));
  if (Status dialled = line->dial(dial); !dialled) return Failure{dialled.error()};
  line->wait();
  return line;
}

Line::Line(asio::io_context& loop, Tls& tls, const Credential& credential, LineListener& listener)
    : socket_(loop), tls_(tls), credential_(credential), listener_(listener) {}

Line::~Line() {
  if (socket_.is_open()) socket_.release();
  if (client_ != nullptr) mosquitto_destroy(client_);
}

Status Line::dial(const Dial& dial) {
  client_ = mosquitto_new(dial.client_id.c_str(), true, this);
  if (client_ == nullptr) return fail(ErrorCode::unavailable, "the client library has no memory");
  mosquitto_int_option(client_, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option(client_, MOSQ_OPT_RECEIVE_MAXIMUM, kReceiveMaximum);
  mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_void_option(client_, MOSQ_OPT_SSL_CTX, tls_.context());
  mosquitto_int_option(client_, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
  set_callbacks();
  mosquitto_will_set_v5(client_, dial.will_topic.c_str(), static_cast<int>(dial.will.size()), dial.will.data(), 1, true, nullptr);
  Properties properties;
  properties.number(MQTT_PROP_MAXIMUM_PACKET_SIZE, 128u << 10);
  tls_.act_for(credential_);
  const int code =
      mosquitto_connect_bind_v5(client_, dial.host.c_str(), dial.port, dial.keep_alive_s, nullptr, properties.list());
  if (code != MOSQ_ERR_SUCCESS) return fail(ErrorCode::unavailable, words_of(code));
  asio::error_code failed;
  socket_.assign(mosquitto_socket(client_), failed);
  if (failed) return fail(ErrorCode::io, failed.message());
  return Done{};
}

void Line::set_callbacks() {
  mosquitto_connect_v5_callback_set(client_, [](::mosquitto*, void* self, int code, int, const mosquitto_property*) {
    Line& line = *static_cast<Line*>(self);
    if (line.over_) return;
    if (code != 0) {
      line.refusal_ = "refused: " + std::string(mosquitto_reason_string(code));
      return;
    }
    line.connected_ = true;
    line.listener_.on_connected();
  });
  mosquitto_disconnect_v5_callback_set(client_, [](::mosquitto*, void* self, int code, const mosquitto_property*) {
    if (code >= 128) static_cast<Line*>(self)->refusal_ = mosquitto_reason_string(code);
  });
  mosquitto_subscribe_v5_callback_set(
      client_, [](::mosquitto*, void* self, int, int count, const int* granted, const mosquitto_property*) {
        Line& line = *static_cast<Line*>(self);
        if (!line.over_) line.listener_.on_subscribed(count == 1 && granted[0] < 128);
      });
  mosquitto_publish_v5_callback_set(client_, [](::mosquitto*, void* self, int, int code, const mosquitto_property*) {
    Line& line = *static_cast<Line*>(self);
    if (!line.over_) line.listener_.on_acknowledged(code < 128);
  });
  mosquitto_message_v5_callback_set(
      client_, [](::mosquitto*, void* self, const mosquitto_message* message, const mosquitto_property* properties) {
        Line& line = *static_cast<Line*>(self);
        if (line.over_) return;
        const ByteView payload(static_cast<const std::uint8_t*>(message->payload), static_cast<std::size_t>(message->payloadlen));
        line.listener_.on_message(message->topic, payload, correlation_of(properties));
      });
}

Status Line::subscribe(const std::string& topic, bool with_retained) {
  tls_.act_for(credential_);
  const int options = with_retained ? MQTT_SUB_OPT_SEND_RETAIN_ALWAYS : MQTT_SUB_OPT_SEND_RETAIN_NEVER;
  const int code = mosquitto_subscribe_v5(client_, nullptr, topic.c_str(), 1, options, nullptr);
  wait();
  return code == MOSQ_ERR_SUCCESS ? Status(Done{}) : fail(ErrorCode::unavailable, words_of(code));
}

Status Line::publish(const Outgoing& message) {
  Properties properties;
  properties.text(MQTT_PROP_CONTENT_TYPE, message.content_type);
  properties.text(MQTT_PROP_RESPONSE_TOPIC, message.response_topic);
  properties.bytes(MQTT_PROP_CORRELATION_DATA, message.correlation);
  properties.pair(claim::kStoredProperty, message.stored);
  tls_.act_for(credential_);
  const int code = mosquitto_publish_v5(client_, nullptr, message.topic.c_str(), static_cast<int>(message.payload.size()),
                                        message.payload.data(), 1, message.retained, properties.list());
  wait();
  return code == MOSQ_ERR_SUCCESS ? Status(Done{}) : fail(ErrorCode::unavailable, words_of(code));
}

void Line::leave() {
  tls_.act_for(credential_);
  mosquitto_disconnect_v5(client_, 0, nullptr);
  settle(MOSQ_ERR_SUCCESS);
}

void Line::abandon() {
  static_cast<void>(traffic());
  over_ = true;
  if (socket_.is_open()) socket_.release();
}

void Line::keep() {
  if (over_ || !connected_) return;
  tls_.act_for(credential_);
  settle(mosquitto_loop_misc(client_));
}

Traffic Line::traffic() const {
  if (over_ || !socket_.is_open()) return last_;
  if (const auto now = carried_by(mosquitto_socket(client_))) {
    last_ = {now->bytes_sent, now->bytes_received, now->segments_sent, now->segments_received};
  }
  return last_;
}

// Each wait is for one readiness; whatever was called may have made the library want to write.
void Line::wait() {
  if (over_ || !socket_.is_open()) return;
  if (!reading_) {
    reading_ = true;
    socket_.async_wait(asio::posix::stream_descriptor::wait_read, [held = weak_from_this()](const asio::error_code& failed) {
      if (const auto line = held.lock(); line && !failed) line->read();
    });
  }
  if (!writing_ && mosquitto_want_write(client_)) {
    writing_ = true;
    socket_.async_wait(asio::posix::stream_descriptor::wait_write, [held = weak_from_this()](const asio::error_code& failed) {
      if (const auto line = held.lock(); line && !failed) line->write();
    });
  }
}

void Line::read() {
  reading_ = false;
  if (over_) return;
  static_cast<void>(traffic());
  tls_.act_for(credential_);
  const int code = mosquitto_loop_read(client_, 1);
  if (code == MOSQ_ERR_SUCCESS && !connected_ && gone_while_shaking_hands()) return lose("closed before the broker's answer");
  settle(code);
}

void Line::write() {
  writing_ = false;
  if (over_) return;
  tls_.act_for(credential_);
  settle(mosquitto_loop_write(client_, 1));
}

void Line::settle(int code) {
  if (over_) return;
  if (!refusal_.empty()) return lose(refusal_);
  if (code != MOSQ_ERR_SUCCESS) return lose(words_of(code));
  if (mosquitto_socket(client_) < 0) return lose("closed");
  wait();
}

// libmosquitto 2.0.11 takes a connection that ends within the handshake for one that is slow.
bool Line::gone_while_shaking_hands() const {
  char byte = 0;
  const auto got = recv(mosquitto_socket(client_), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

void Line::lose(std::string why) {
  over_ = true;
  if (socket_.is_open()) socket_.release();
  listener_.on_lost(why);
}

}  // namespace greentill::fleet_sim
