// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/broker_address.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"

namespace greentill {
namespace {

Failure<Error> refuse(std::string_view uri, const char* why) {
  return fail(ErrorCode::invalid, "\"" + std::string(uri) + "\": " + why);
}

bool is_port(std::string_view text) { return parse_integer<std::uint16_t>(text).value_or(0) != 0; }

// An IPv4 address in 127/8 has digits and dots only: a name such as "127.example.com" may resolve to any machine.
bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::ranges::count(host, '.') == 3;
}

// Where the host ends: at the colon in front of the port, or at the end where there is no port.
std::size_t end_of_host(std::string_view authority) {
  if (!authority.starts_with('[')) return std::min(authority.find(':'), authority.size());
  const std::size_t bracket = authority.find(']');
  return bracket == std::string_view::npos ? 0 : bracket + 1;
}

}  // namespace

Result<BrokerAddress> parse_broker_address(std::string_view uri) {
  const std::size_t slashes = uri.find("://");
  const std::string_view scheme = uri.substr(0, std::min(slashes, uri.size()));
  const bool tls = scheme == "ssl" || scheme == "mqtts";
  if (slashes == std::string_view::npos || (!tls && scheme != "tcp")) {
    return refuse(uri, "write mqtts://host:8883 (tcp:// only for this machine)");
  }
  const std::string_view authority = uri.substr(slashes + 3);
  const std::size_t end = end_of_host(authority);
  const std::string_view host = authority.substr(0, end);
  const std::string_view rest = authority.substr(end);
  if (host.empty() || host.find_first_of("/@ ") != std::string_view::npos)
    return refuse(uri, "the host name is missing or wrong");
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return refuse(uri, "the port must be 1 to 65535");
  if (!tls && !is_loopback(host)) return refuse(uri, "tcp:// is not encrypted and only allowed to this machine; use mqtts://");
  const std::string port = rest.empty() ? (tls ? "8883" : "1883") : std::string(rest.substr(1));
  const std::string_view bare = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  return BrokerAddress{(tls ? "ssl://" : "tcp://") + std::string(host) + ":" + port, tls, std::string(bare), port};
}

}  // namespace greentill
