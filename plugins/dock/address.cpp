// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/address.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "daemon/base/descriptors.hpp"

namespace greentill::dock {
namespace {

struct Address {
  sockaddr_storage where{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&where); }
  [[nodiscard]] int family() const { return where.ss_family; }
};

Failure<Error> failed(const std::string& what) { return fail(ErrorCode::io, what + ": " + system_words(errno)); }

Result<Address> local(const std::string& path) {
  Address address;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return fail(ErrorCode::invalid, path + ": a socket's path has at most 107 bytes");
  std::copy(path.begin(), path.end(), std::begin(name.sun_path));
  std::copy_n(reinterpret_cast<const char*>(&name), sizeof name, reinterpret_cast<char*>(&address.where));
  address.size = sizeof name;
  return address;
}

/// No name is looked up: that would take its time, and a network of its own.
Result<Address> remote(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const bool any = host == "*";
  const bool written = colon != std::string::npos && colon + 1 < text.size() && !host.empty();
  if (!written || ::getaddrinfo(any ? nullptr : host.c_str(), text.c_str() + colon + 1, &hints, &found) != 0) {
    return fail(ErrorCode::invalid, text + ": must be a socket's path, or a numeric address with a port, as 127.0.0.1:4710");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  Address address;
  std::copy_n(reinterpret_cast<const char*>(found->ai_addr), found->ai_addrlen, reinterpret_cast<char*>(&address.where));
  address.size = found->ai_addrlen;
  return address;
}

Result<Address> parse(const std::string& text) { return text.starts_with('/') ? local(text) : remote(text); }

Result<Descriptor> new_socket(const Address& address, const std::string& text) {
  Descriptor made(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made) return made;
  if (errno != EPERM) return failed(text);
  return fail(ErrorCode::denied,
              text + ": the source's entry in the daemon's configuration does not allow it: see connect and listen there");
}

}  // namespace

Result<Descriptor> connect_to(const std::string& text) {
  const auto address = parse(text);
  if (!address) return Failure{address.error()};
  auto made = new_socket(*address, text);
  if (!made) return made;
  if (::connect(made->get(), address->get(), address->size) != 0 && errno != EINPROGRESS) return failed(text);
  const int yes = 1;
  if (address->family() != AF_UNIX) ::setsockopt(made->get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return made;
}

Result<Descriptor> listen_at(const std::string& text) {
  const auto address = parse(text);
  if (!address) return Failure{address.error()};
  auto made = new_socket(*address, text);
  if (!made) return made;
  const int yes = 1;
  ::setsockopt(made->get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  int bound = ::bind(made->get(), address->get(), address->size);
  if (bound != 0 && errno == EADDRINUSE && address->family() == AF_UNIX) {
    if (connect_to(text)) return fail(ErrorCode::conflict, text + ": another program listens there");
    ::unlink(text.c_str());
    bound = ::bind(made->get(), address->get(), address->size);
  }
  if (bound != 0 || ::listen(made->get(), SOMAXCONN) != 0) return failed(text);
  return made;
}

Result<Descriptor> open_serial(const std::string& device, int& error) {
  Descriptor opened(::open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  error = opened ? 0 : errno;
  if (!opened) return failed(device);
  termios settings{};
  if (::tcgetattr(opened.get(), &settings) != 0) return failed(device + " is no serial line");
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  ::cfsetspeed(&settings, B115200);
  if (::tcsetattr(opened.get(), TCSANOW, &settings) != 0) return failed(device + " cannot be set to 115,200 baud");
  ::tcflush(opened.get(), TCIOFLUSH);
  return opened;
}

}  // namespace greentill::dock
