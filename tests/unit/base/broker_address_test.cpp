// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/broker_address.hpp"

#include <doctest/doctest.h>

#include <string>

namespace greentill {
namespace {

std::string address_of(std::string_view uri) {
  const auto address = parse_broker_address(uri);
  return address ? address->paho_uri : "refused: " + address.error().message;
}

TEST_CASE("address: TLS by either name, the port where there is none") {
  CHECK(address_of("mqtts://broker.example:8884") == "ssl://broker.example:8884");
  CHECK(address_of("ssl://broker.example") == "ssl://broker.example:8883");
  CHECK(address_of("mqtts://[2001:db8::1]:8883") == "ssl://[2001:db8::1]:8883");
  CHECK(parse_broker_address("mqtts://[2001:db8::1]")->host == "2001:db8::1");
  CHECK(parse_broker_address("mqtts://broker.example")->host == "broker.example");
  CHECK(parse_broker_address("mqtts://broker.example")->port == "8883");
}

TEST_CASE("address: without TLS only to this machine") {
  CHECK(address_of("tcp://127.0.0.1:1883") == "tcp://127.0.0.1:1883");
  CHECK(address_of("tcp://localhost") == "tcp://localhost:1883");
  CHECK(address_of("tcp://[::1]:1883") == "tcp://[::1]:1883");
  for (const char* uri : {"tcp://broker.example:1883", "tcp://127.evil.example:1883", "tcp://10.0.0.1", "tcp://[::2]:1883",
                          "tcp://localhost.evil.example", "tcp://127.0.0.1.evil.example"}) {
    CAPTURE(uri);
    CHECK(address_of(uri).find("not encrypted") != std::string::npos);
  }
}

TEST_CASE("address: what is none is refused by name") {
  for (const char* uri : {"", "broker.example", "http://broker.example", "mqtts://", "mqtts://:8883", "mqtts://host:0",
                          "mqtts://host:65536", "mqtts://host:88x", "mqtts://host:", "mqtts://user@host:8883",
                          "mqtts://host/path", "mqtts://[::1", "mqtts://[::1]8883"}) {
    CAPTURE(uri);
    CHECK(address_of(uri).starts_with("refused: \"" + std::string(uri) + "\""));
  }
}

}  // namespace
}  // namespace greentill
