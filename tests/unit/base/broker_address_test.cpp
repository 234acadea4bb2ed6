// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/broker_address.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

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
  for (const char* uri :
       {"", "broker.example", "http://broker.example", "mqtts://", "mqtts://:8883", "mqtts://host:0", "mqtts://host:65536",
        "mqtts://host:88x", "mqtts://host:", "mqtts://host/path", "mqtts://[::1", "mqtts://[::1]8883"}) {
    CAPTURE(uri);
    CHECK(address_of(uri).starts_with("refused: \"" + std::string(uri) + "\""));
  }
}

TEST_CASE("address: what people write instead is answered with what to write, and a password is not repeated") {
  const std::pair<const char*, const char*> mistakes[] = {
      {"mqtts://user:pw@host:8883", "\"mqtts://...@host:8883\": no user and no password belong in the address"},
      {"ssl://user@host", "\"ssl://...@host\": no user and no password belong in the address"},
      {"mqtts://user:p@w@host", "\"mqtts://...@host\": no user"},
      {"mqtts://user:p/w@host", "\"mqtts://...@host\": no user"},
      {"mqtt://user:pw@host", "\"mqtt://...@host\": mqtt:// is not encrypted"},
      {"user:pw@host", "\"...@host\": write mqtts://host:8883"},
      {"mqtt://broker.example", "mqtt:// is not encrypted; write mqtts://host:8883"},
      {"ws://broker.example", "MQTT over WebSockets is not spoken here; write mqtts://host:8883"},
      {"wss://broker.example/mqtt", "MQTT over WebSockets is not spoken here"},
      {"tls://broker.example", "tls:// is called mqtts:// here"},
      {"https://broker.example", "that is the address of a web page"},
      {"broker.example:8883", "write mqtts://host:8883"},
      {"mqtts://broker.example:8883/", "nothing may follow host and port"},
      {"mqtts://broker.example?tls=1", "nothing may follow host and port"},
      {"mqtts://2001:db8::1", "an IPv6 address stands in brackets, as in mqtts://[2001:db8::1]:8883"},
      {"mqtts://::1:8883", "an IPv6 address stands in brackets"},
      {"mqtts://:8883", "the host name is missing"},
      {"mqtts://my broker:8883", "a host name has no blanks"},
      {"mqtts://broker.example:", "the port must be 1 to 65535"},
  };
  for (const auto& [uri, said] : mistakes) {
    const std::string answer = address_of(uri);
    CAPTURE(answer);
    CHECK(answer.find(said) != std::string::npos);
    CHECK(answer.find("pw") == std::string::npos);
  }
}

TEST_CASE("address: people are shown the scheme that the documents use") {
  CHECK(parse_broker_address("ssl://broker.example")->shown == "mqtts://broker.example:8883");
  CHECK(parse_broker_address("mqtts://[::1]:1")->shown == "mqtts://[::1]:1");
  CHECK(parse_broker_address("tcp://localhost")->shown == "tcp://localhost:1883");
}

}  // namespace
}  // namespace greentill
