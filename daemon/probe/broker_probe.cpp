// SPDX-License-Identifier: Apache-2.0
#include "daemon/probe/broker_probe.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "daemon/base/socket_use.hpp"
#include "daemon/probe/tls_probe.hpp"

namespace greentill::probe {
namespace {

std::string explain_errno(int error) {
  switch (error) {
    case ECONNREFUSED: return "nothing listens there (connection refused)";
    case ETIMEDOUT:
    case EAGAIN: return "no answer from there";
    default: return std::strerror(error);
  }
}

// Returns 0 or an errno.
int connect_to(const addrinfo& address, const Socket& socket, const Deadline& deadline) {
  if (socket.fd() < 0) return errno;
  if (::connect(socket.fd(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!deadline.wait(socket.fd(), POLLOUT)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

/// Whether it answers a request of the web. What a broker makes of one is nothing.
bool speaks_http(const addrinfo& address, const std::string& host, const Deadline& deadline, std::uint64_t& carried) {
  const Socket socket(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
  if (connect_to(address, socket, deadline) != 0) return false;
  const std::string request = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  if (::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return false;
  constexpr std::string_view kBegin = "HTTP/";
  std::array<char, kBegin.size()> answer{};
  if (!deadline.wait(socket.fd(), POLLIN)) return false;
  const ssize_t count = ::recv(socket.fd(), answer.data(), answer.size(), 0);
  carried += carried_bytes(socket.fd()).value_or(0);
  return count == static_cast<ssize_t>(answer.size()) && std::string_view(answer.data(), answer.size()) == kBegin;
}

Finding look_at(const Target& target, const addrinfo& address, const Socket& socket, const Deadline& deadline) {
  if (!target.address.tls) return {};
  Finding finding = find_tls_cause(target, socket, deadline);
  if (finding.stage != Stage::no_tls) return finding;
  constexpr std::chrono::milliseconds kWebTime{2'000};
  if (speaks_http(address, target.address.host, deadline.at_most(kWebTime), finding.carried)) {
    finding.stage = Stage::web;
    finding.words =
        "cannot connect: a web server answers there in the broker's place; a captive portal that wants a login, a proxy, or "
        "another port";
  }
  return finding;
}

}  // namespace

Result<Addresses> resolve(const BrokerAddress& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
  if (code != 0) {
    return fail(ErrorCode::unavailable,
                "cannot connect: the host name " + address.host + " cannot be looked up (" + ::gai_strerror(code) + ")");
  }
  return Addresses(found, ::freeaddrinfo);
}

Finding look(const Target& target, const Addresses& addresses, std::chrono::milliseconds limit,
             const std::atomic<bool>& cancelled) {
  const Deadline deadline(limit, cancelled);
  int error = 0;
  std::uint64_t carried = 0;
  for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    const Socket socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, one->ai_protocol));
    error = connect_to(*one, socket, deadline);
    Finding finding = error == 0 ? look_at(target, *one, socket, deadline) : Finding{};
    carried += carried_bytes(socket.fd()).value_or(0);
    if (error != 0) continue;
    finding.carried += carried;
    return finding;
  }
  return {Stage::connect, "cannot connect: " + explain_errno(error), std::nullopt, carried};
}

Status try_certificate(const Target& target, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled) {
  if (!target.address.tls) return Done{};
  const auto addresses = resolve(target.address);
  if (!addresses) return Failure{addresses.error()};
  const Finding finding = look(target, *addresses, limit, cancelled);
  if (finding.stage == Stage::done) return Done{};
  const bool refused = finding.stage == Stage::own_certificate;
  return fail(refused ? ErrorCode::denied : ErrorCode::unavailable, target.address.shown + ": " + finding.words);
}

std::string find_cause(const Target& target, const Addresses& addresses, std::chrono::milliseconds limit,
                       const std::atomic<bool>& cancelled, std::uint64_t* carried) {
  Finding finding = look(target, addresses, limit, cancelled);
  if (carried != nullptr) *carried += finding.carried;
  if (finding.stage != Stage::done) return std::move(finding.words);
  return "cannot connect: the line is good, but what listens there does not answer as an MQTT 5 broker; is the port right?";
}

}  // namespace greentill::probe
