// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scripted_broker.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <utility>

namespace greentill::test {
namespace {

// Types of packets (MQTT 5, 2.1.2).
constexpr unsigned char kConnect = 1, kPublish = 3, kSubscribe = 8, kPing = 12;
constexpr unsigned char kPacketTooLarge = 149, kReceiveMaximumExceeded = 147, kRetainNotSupported = 154;

struct Packet {
  unsigned char head = 0;
  Octets body;
  std::size_t size = 0;  // the whole packet's
  [[nodiscard]] int type() const { return head >> 4; }
};

Octets with_length(unsigned char head, const Octets& body) {
  Octets packet{head};
  std::size_t left = body.size();
  do {
    packet.push_back(static_cast<unsigned char>(left % 128 | (left >= 128 ? 128u : 0u)));
    left /= 128;
  } while (left > 0);
  packet.insert(packet.end(), body.begin(), body.end());
  return packet;
}

// The length in front of properties is written as a packet's is.
Octets with_properties(unsigned char head, Octets body, const Octets& properties) {
  const Octets counted = with_length(0, properties);
  body.insert(body.end(), counted.begin() + 1, counted.end());
  return with_length(head, body);
}

std::size_t number_at(const Octets& body, std::size_t at) {
  return at + 1 < body.size() ? static_cast<std::size_t>(body[at]) << 8 | body[at + 1] : 0;
}

// Name, level, flags and keep-alive stand at fixed places.
Connect read_connect(const Octets& body) {
  constexpr std::size_t kFlags = 7;
  Connect connect;
  if (body.size() < 10) return connect;
  connect.will_retained = (body[kFlags] & 0x20) != 0;
  connect.keep_alive = static_cast<unsigned>(number_at(body, kFlags + 1));
  return connect;
}

std::shared_ptr<SSL_CTX> make_context(const std::filesystem::path& certificates) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const bool good = context && SSL_CTX_use_certificate_chain_file(context.get(), (certificates / "broker.crt").c_str()) == 1 &&
                    SSL_CTX_use_PrivateKey_file(context.get(), (certificates / "broker.key").c_str(), SSL_FILETYPE_PEM) == 1 &&
                    SSL_CTX_load_verify_locations(context.get(), (certificates / "ca.crt").c_str(), nullptr) == 1;
  if (!good) throw std::runtime_error("the scripted broker's certificates cannot be used");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

}  // namespace

Octets connack(unsigned char reason, const Octets& properties) { return with_properties(0x20, {0, reason}, properties); }

Octets disconnect(unsigned char reason, const Octets& properties) { return with_properties(0xe0, {reason}, properties); }

Octets property(unsigned char id, std::uint32_t value, int bytes) {
  Octets octets{id};
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) octets.push_back(static_cast<unsigned char>(value >> shift));
  return octets;
}

Octets property(unsigned char id, std::string_view value) {
  Octets octets{id, static_cast<unsigned char>(value.size() >> 8), static_cast<unsigned char>(value.size())};
  for (const char c : value) octets.push_back(static_cast<unsigned char>(c));
  return octets;
}

Script answering(const Octets& connack) {
  Script script;
  script.connack = [connack](const Connect&) { return connack; };
  return script;
}

/// One client from its handshake to its end.
class ScriptedBroker::Client {
 public:
  Client(ScriptedBroker& broker, int fd)
      : broker_(broker), fd_(fd), tls_(SSL_new(static_cast<SSL_CTX*>(broker.tls_.get())), SSL_free) {
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
    SSL_set_fd(tls_.get(), fd_);
  }
  ~Client() {
    SSL_shutdown(tls_.get());
    ::close(fd_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void serve() {
    if (!go_on([this] { return SSL_accept(tls_.get()); })) return;
    while (const auto packet = read()) {
      if (!answer(*packet)) return;
    }
  }

 private:
  // Takes one step of TLS as soon as the socket allows it. False at the connection's end, at the broker's, and where the script's
  // patience ends.
  template <typename F>
  bool go_on(F step) {
    const auto begin = std::chrono::steady_clock::now();
    while (!broker_.stopping_) {
      const int result = step();
      if (result > 0) return true;
      const int error = SSL_get_error(tls_.get(), result);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
      pollfd one{fd_, static_cast<short>(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
      ::poll(&one, 1, 10);
      const auto silent = std::chrono::steady_clock::now() - begin;
      if (broker_.script_.patience.count() >= 0 && connected_ && silent > broker_.script_.patience) return throw_out(0);
    }
    return false;
  }
  bool read(unsigned char* into, std::size_t size) {
    for (std::size_t have = 0; have < size;) {
      int got = 0;
      const bool good = go_on([&] { return got = SSL_read(tls_.get(), into + have, static_cast<int>(size - have)); });
      if (!good) return false;
      have += static_cast<std::size_t>(got);
    }
    return true;
  }
  std::optional<Packet> read() {
    acknowledge();
    if (subscribed_ && !broker_.script_.farewell.empty() && quiet(std::chrono::milliseconds(100))) {
      write(broker_.script_.farewell);
      return std::nullopt;
    }
    Packet packet;
    if (!read(&packet.head, 1)) return std::nullopt;
    std::size_t length = 0;
    packet.size = 1;
    for (unsigned char octet = 128, shift = 0; (octet & 128) != 0; shift = static_cast<unsigned char>(shift + 7), ++packet.size) {
      if (!read(&octet, 1)) return std::nullopt;
      length |= static_cast<std::size_t>(octet & 127) << shift;
    }
    packet.body.resize(length);
    packet.size += length;
    if (length > 0 && !read(packet.body.data(), length)) return std::nullopt;
    if (connected_) broker_.largest_ = std::max(broker_.largest_.load(), packet.size);
    return packet;
  }
  bool write(const Octets& octets) {
    return octets.empty() || go_on([&] { return SSL_write(tls_.get(), octets.data(), static_cast<int>(octets.size())); });
  }
  bool throw_out(unsigned char reason) {
    ++broker_.thrown_out_;
    if (reason != 0) write({0xe0, 2, reason, 0});
    return false;
  }

  bool answer(const Packet& packet) {
    const Script& script = broker_.script_;
    if (connected_ && script.largest_packet > 0 && packet.size > script.largest_packet) return throw_out(kPacketTooLarge);
    switch (packet.type()) {
      case kConnect: return connect(packet);
      case kSubscribe: subscribed_ = true; return write({0x90, 4, packet.body[0], packet.body[1], 0, 1});
      case kPing: ++broker_.pings_; return write({0xd0, 0});
      case kPublish: return publish(packet);
      default: return packet.type() != 14;  // DISCONNECT
    }
  }
  bool connect(const Packet& packet) {
    const Connect read = read_connect(packet.body);
    {
      const std::lock_guard lock(broker_.mutex_);
      broker_.connects_.push_back(read);
    }
    const Octets said = broker_.script_.connack(read);
    connected_ = said.size() > 3 && said[3] == 0;
    return write(said) && connected_;
  }
  bool publish(const Packet& packet) {
    ++broker_.publications_;
    const bool retained = (packet.head & 1) != 0;
    if (retained && !broker_.script_.retains) return throw_out(kRetainNotSupported);
    if ((packet.head & 6) == 0) return true;
    const std::size_t id = 2 + number_at(packet.body, 0);
    due_.push_back(static_cast<std::uint16_t>(number_at(packet.body, id)));
    return due_.size() <= broker_.script_.receive_maximum || throw_out(kReceiveMaximumExceeded);
  }
  // Whether the client says nothing for so long.
  bool quiet(std::chrono::milliseconds limit) {
    pollfd one{fd_, POLLIN, 0};
    return SSL_pending(tls_.get()) == 0 && ::poll(&one, 1, static_cast<int>(limit.count())) == 0;
  }
  // As late as a broker may: once the client has nothing more to say for now.
  void acknowledge() {
    if (due_.empty() || !quiet(std::chrono::milliseconds(20))) return;
    for (const std::uint16_t id : std::exchange(due_, {})) {
      if (!write({0x40, 2, static_cast<unsigned char>(id >> 8), static_cast<unsigned char>(id)})) return;
    }
  }

  ScriptedBroker& broker_;
  int fd_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  bool connected_ = false;
  bool subscribed_ = false;
  std::vector<std::uint16_t> due_;
};

ScriptedBroker::ScriptedBroker(const std::filesystem::path& certificates, Script script)
    : script_(std::move(script)),
      tls_(make_context(certificates)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  std::signal(SIGPIPE, SIG_IGN);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, length) != 0 || ::listen(listener_, 8) != 0 || ::getsockname(listener_, generic, &length) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

ScriptedBroker::~ScriptedBroker() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

std::vector<Connect> ScriptedBroker::connects() const {
  const std::lock_guard lock(mutex_);
  return connects_;
}

void ScriptedBroker::serve() {
  while (!stopping_) {
    pollfd one{listener_, POLLIN, 0};
    if (::poll(&one, 1, 20) <= 0) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) Client(*this, fd).serve();
  }
}

}  // namespace greentill::test
