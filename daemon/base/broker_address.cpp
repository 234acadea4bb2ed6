// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/broker_address.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"

namespace greentill {
namespace {

// Who writes a password into the address is not to find it in a log.
std::string without_user(std::string_view uri) {
  const std::size_t slashes = uri.find("://");
  const std::size_t begin = slashes == std::string_view::npos ? 0 : slashes + 3;
  const std::size_t at = uri.rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(uri);
  return std::string(uri.substr(0, begin)) + "..." + std::string(uri.substr(at));
}

Failure<Error> refuse(std::string_view uri, const std::string& why) {
  return fail(ErrorCode::invalid, "\"" + without_user(uri) + "\": " + why);
}

// What to write in place of a scheme that will not do.
std::string about_scheme(std::string_view scheme) {
  std::string form = "write mqtts://host:8883 (tcp:// only for this machine)";
  if (scheme == "mqtt") return "mqtt:// is not encrypted; " + form;
  if (scheme == "ws" || scheme == "wss") return "MQTT over WebSockets is not spoken here; " + form;
  if (scheme == "tls" || scheme == "mqtt+ssl" || scheme == "mqtts+ssl" || scheme == "tcps") {
    return std::string(scheme) + ":// is called mqtts:// here; " + form;
  }
  if (scheme == "http" || scheme == "https") return "that is the address of a web page; " + form;
  return form;
}

// Why this is no host, or empty. What stands in brackets is left to the resolver.
std::string about_host(std::string_view host) {
  if (host.empty()) return "the host name is missing; write mqtts://host:8883";
  if (host.find_first_of(" \t\\\"'") != std::string_view::npos) return "a host name has no blanks and quotation marks";
  return {};
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
  if (slashes == std::string_view::npos || (!tls && scheme != "tcp")) return refuse(uri, about_scheme(scheme));
  const std::string_view authority = uri.substr(slashes + 3);
  if (authority.find('@') != std::string_view::npos) {
    return refuse(uri, "no user and no password belong in the address: the certificate says who we are; write " +
                           std::string(scheme) + "://host:port");
  }
  if (authority.find_first_of("/?#") != std::string_view::npos) {
    return refuse(uri, "nothing may follow host and port: MQTT knows no path");
  }
  if (!authority.starts_with('[') && std::ranges::count(authority, ':') > 1) {
    return refuse(uri, "an IPv6 address stands in brackets, as in mqtts://[2001:db8::1]:8883");
  }
  const std::size_t end = end_of_host(authority);
  const std::string_view host = authority.substr(0, end);
  const std::string_view rest = authority.substr(end);
  if (const std::string why = about_host(host); !why.empty()) return refuse(uri, why);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return refuse(uri, "the port must be 1 to 65535");
  if (!tls && !is_loopback(host)) return refuse(uri, "tcp:// is not encrypted and only allowed to this machine; use mqtts://");
  const std::string port = rest.empty() ? (tls ? "8883" : "1883") : std::string(rest.substr(1));
  const std::string_view bare = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  const std::string place = std::string(host) + ":" + port;
  return BrokerAddress{(tls ? "ssl://" : "tcp://") + place, tls, std::string(bare), port, (tls ? "mqtts://" : "tcp://") + place};
}

}  // namespace greentill
