// SPDX-License-Identifier: Apache-2.0
// Where the broker is, as it is configured and as Paho wants it.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill {

struct BrokerAddress {
  std::string paho_uri;  ///< "ssl://host:port" or "tcp://host:port"
  bool tls = true;
  std::string host;  ///< an IPv6 address without its brackets
  std::string port;
  std::string shown;  ///< for people: "mqtts://host:port" or "tcp://host:port"
};

/// Reads "ssl://", "mqtts://" or, for loopback hosts alone, "tcp://", then host and port; an IPv6 address stands in brackets.
/// Where no port is written it is 8883, or 1883 for tcp. The error begins with the URI, but for a user and password in it, and
/// says what to write instead.
Result<BrokerAddress> parse_broker_address(std::string_view uri);

}  // namespace greentill
