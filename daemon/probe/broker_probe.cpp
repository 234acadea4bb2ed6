// SPDX-License-Identifier: Apache-2.0
#include "daemon/probe/broker_probe.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

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

Status try_certificate(const Target& target, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled) {
  if (!target.address.tls) return Done{};
  const auto addresses = resolve(target.address);
  if (!addresses) return Failure{addresses.error()};
  const Deadline deadline(limit, cancelled);
  int error = 0;
  for (const addrinfo* one = addresses->get(); one != nullptr; one = one->ai_next) {
    const Socket socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, one->ai_protocol));
    error = connect_to(*one, socket, deadline);
    if (error != 0) continue;
    const std::string cause = find_tls_cause(target, socket, deadline);
    if (cause.empty()) return Done{};
    const bool refused = cause.starts_with(kRefusesCertificate);
    return fail(refused ? ErrorCode::denied : ErrorCode::unavailable, target.address.shown + ": " + cause);
  }
  return fail(ErrorCode::unavailable, target.address.shown + ": cannot connect: " + explain_errno(error));
}

std::string find_cause(const Target& target, const Addresses& addresses, std::chrono::milliseconds limit,
                       const std::atomic<bool>& cancelled, std::uint64_t* carried) {
  const Deadline deadline(limit, cancelled);
  int error = 0;
  for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    const Socket socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, one->ai_protocol));
    error = connect_to(*one, socket, deadline);
    const std::string cause = error == 0 && target.address.tls ? find_tls_cause(target, socket, deadline) : std::string();
    if (carried != nullptr) *carried += carried_bytes(socket.fd()).value_or(0);
    if (error != 0) continue;
    return cause.empty() ? "cannot connect: the line is good, but what listens there does not answer as an MQTT 5 broker; is the "
                           "port right?"
                         : cause;
  }
  return "cannot connect: " + explain_errno(error);
}

}  // namespace greentill::probe
