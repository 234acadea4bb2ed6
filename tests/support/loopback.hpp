// SPDX-License-Identifier: Apache-2.0
// A socket that listens on a loopback port of the system's choice.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>

namespace greentill::test {

/// The port of a new listening socket, which `listener` gets: its caller closes it.
inline int listen_on_loopback(int& listener) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener, generic, length) != 0 || ::listen(listener, 8) != 0 || ::getsockname(listener, generic, &length) != 0) {
    throw std::runtime_error("cannot listen");
  }
  return ntohs(address.sin_port);
}

}  // namespace greentill::test
