// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/socket_use.hpp"

#include <dirent.h>
#include <linux/tcp.h>
#include <netinet/in.h>

#include <cstdlib>
#include <cstring>
#include <memory>

namespace greentill {
namespace {

// Without options TCP has 20 bytes; nearly every connection has its timestamps, of 12.
constexpr std::uint64_t kTcpHeader = 32;
constexpr std::uint64_t kIpv4Header = 20;
constexpr std::uint64_t kIpv6Header = 40;

}  // namespace

std::optional<Carried> carried_by(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_sent) + sizeof info.tcpi_bytes_sent) return std::nullopt;  // before Linux 4.19
  int domain = AF_INET;
  socklen_t domain_size = sizeof domain;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) != 0) return std::nullopt;
  const std::uint64_t header = kTcpHeader + (domain == AF_INET6 ? kIpv6Header : kIpv4Header);
  return Carried{info.tcpi_bytes_sent, info.tcpi_bytes_received, info.tcpi_segs_out, info.tcpi_segs_in, header};
}

std::optional<std::uint64_t> carried_bytes(int descriptor) {
  const auto all = carried_by(descriptor);
  if (!all) return std::nullopt;
  return all->bytes_sent + all->bytes_received + (all->segments_sent + all->segments_received) * all->header;
}

bool OwnConnection::same(const End& a, const End& b) {
  return a.size == b.size && std::memcmp(&a.address, &b.address, a.size) == 0;
}

bool operator==(const OwnConnection& a, const OwnConnection& b) {
  return a.descriptor_ == b.descriptor_ && OwnConnection::same(a.own_, b.own_) && OwnConnection::same(a.peer_, b.peer_);
}

std::optional<OwnConnection> OwnConnection::of(int descriptor) {
  OwnConnection found;
  found.descriptor_ = descriptor;
  const bool has_own = ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&found.own_.address), &found.own_.size) == 0;
  if (!has_own || ::getpeername(descriptor, reinterpret_cast<sockaddr*>(&found.peer_.address), &found.peer_.size) != 0) {
    return std::nullopt;
  }
  return found;
}

std::uint16_t OwnConnection::peer_port() const {
  in_port_t port = 0;
  if (peer_.address.ss_family == AF_INET) port = reinterpret_cast<const sockaddr_in*>(&peer_.address)->sin_port;
  if (peer_.address.ss_family == AF_INET6) port = reinterpret_cast<const sockaddr_in6*>(&peer_.address)->sin6_port;
  return ntohs(port);
}

std::optional<std::uint64_t> OwnConnection::carried() const {
  const auto before = of(descriptor_);
  if (!before || *before != *this) return std::nullopt;
  const auto bytes = carried_bytes(descriptor_);
  // Another thread may have closed it, and opened another under its number, in between.
  const auto after = of(descriptor_);
  return after && *after == *this ? bytes : std::nullopt;
}

std::vector<OwnConnection> connections_to(std::uint16_t port) {
  std::vector<OwnConnection> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> all(::opendir("/proc/self/fd"), ::closedir);
  if (!all) return found;
  while (const dirent* one = ::readdir(all.get())) {
    char* end = nullptr;
    const long number = std::strtol(one->d_name, &end, 10);
    if (end == one->d_name || *end != '\0') continue;
    const auto connection = OwnConnection::of(static_cast<int>(number));
    if (connection && connection->peer_port() == port && connection->carried()) found.push_back(*connection);
  }
  return found;
}

}  // namespace greentill
