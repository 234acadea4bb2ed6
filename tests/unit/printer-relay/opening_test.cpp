// SPDX-License-Identifier: Apache-2.0
#include "tools/printer-relay/opening.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "tools/printer-relay/callers.hpp"

namespace greentill::relay {
namespace {

using namespace std::string_literals;

Opening judge(std::string_view bytes) { return judge_opening(as_bytes(bytes)); }

/// As the relay reads it: after each byte, until it is decided; and how many bytes that took.
std::pair<Opening, std::size_t> in_single_bytes(const std::string& bytes) {
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    const Opening opening = judge(std::string_view(bytes).substr(0, size));
    if (opening != Opening::undecided && opening != Opening::word) return {opening, size};
  }
  return {Opening::undecided, bytes.size()};
}

TEST_CASE("opening: whatever a browser begins a connection with is known before it can be printed, in pieces of any size") {
  std::vector<std::pair<std::string, Opening>> openings;
  for (const std::string method : {"GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "Refund", "x",
                                   "~HS", "!#$%&'*+-.^_`|~", "M-SEARCH", "1234"}) {
    openings.emplace_back(method + " / HTTP/1.1\r\nHost: 127.0.0.1:9100\r\n\r\n", Opening::http);
    openings.emplace_back(method + " /Refund%20Receipt?a=b HTTP/1.0\r\n\r\n", Opening::http);
    openings.emplace_back(method + " http://till.example:9100/ HTTP/1.1\r\n", Opening::http);
  }
  openings.emplace_back("OPTIONS * HTTP/1.1\r\n", Opening::http);
  openings.emplace_back("CONNECT 127.0.0.1:9100 HTTP/1.1\r\n", Opening::http);
  openings.emplace_back("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Opening::http);
  openings.emplace_back("\r\n\r\nGET / HTTP/1.1\r\n", Opening::http);
  openings.emplace_back("\nget  \t /  http/1.1\n", Opening::http);
  openings.emplace_back("GET /" + std::string(100'000, 'a'), Opening::http);
  openings.emplace_back(std::string(100'000, 'A') + " / HTTP/1.1\r\n", Opening::http);
  openings.emplace_back("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, Opening::tls);
  openings.emplace_back("\x16\x03\x03\x00\x20"s, Opening::tls);
  openings.emplace_back("\x80\x2e\x01\x03\x01\x00\x15"s, Opening::tls);
  openings.emplace_back("\x80\x2e\x01\x00\x02\x00\x15"s, Opening::tls);
  const std::string binding = "\x00\x01\x00\x08\x21\x12\xa4\x42transaction!"s;
  openings.emplace_back(binding, Opening::stun);
  openings.emplace_back("\x00\x03\x00\x00\x21\x12\xa4\x42transaction!"s, Opening::stun);
  openings.emplace_back("\x00\x1c"s + binding, Opening::stun);
  for (const auto& [bytes, opening] : openings) {
    CAPTURE(bytes.substr(0, 40));
    CHECK(judge(bytes) == opening);
    CHECK(in_single_bytes(bytes).first == opening);
    CHECK_FALSE(name_of(opening).empty());
  }
}

TEST_CASE("opening: a till's job is known by its first control byte, by its first line's end or by its third word") {
  const std::vector<std::pair<std::string, std::size_t>> jobs{
      {"\x1b@\x1b\x61\x01"s, 1},  // ESC @
      {"\x10\x04\x01"s, 1},       // DLE EOT: the printer's state
      {"\x05"s, 1},               // ENQ
      {"\x1d\x76\x30"s, 1},       // GS v 0: a picture
      {"Tea 2.40\n", 9},          // plain text
      {"Tea\n", 4},
      {"Corner Cafe Ltd\n", 13},
      {"Best Coffee House\n", 14},  // its third word begins as HTTP does
      {"GET 2 FOR 1\n", 7},
      {"POST OFFICE HORNSEY\n", 14},
      {"Latte / 2 pcs\n", 9},
      {"HEAD /\n", 7},
      {"~HS\r\n", 4},  // a label printer's question
      {"\r\n\r\nTea\n", 8},
      {"  Tea\n", 1},
      {"\xbb\xb6\xd3\xad\xb9\xe2"s, 3},  // GBK
      {"Caf\xe9\n", 4},
      {"\xef\xbb\xbfTea\n", 3},
      {"\x00\x00\x00\x1b@"s, 4},  // NUL bytes end an interrupted command
      {"\x02"
       "m\r\n",
       3},
      {std::string(1024, '\n'), 1024},
  };
  for (const auto& [bytes, size] : jobs) {
    CAPTURE(bytes.substr(0, 40));
    CHECK(judge(bytes) == Opening::printing);
    CHECK(in_single_bytes(bytes) == std::pair(Opening::printing, size));
  }
  CHECK(judge("") == Opening::undecided);
  CHECK(judge("~HS") == Opening::word);
  CHECK(judge("\n") == Opening::word);
  // One or two bytes that are no text may be all that a till says before it waits; more may become a browser's.
  for (const std::string& command : {"\x00"s, "\x03"s, "\x01\x02"s, "\x16"s, "\xbb\xb6"s}) CHECK(judge(command) == Opening::word);
  for (const std::string& longer : {"\x00\x01\x00"s, "\x00\x1c\x00"s, "\x80\x2e\x01"s})
    CHECK(judge(longer) == Opening::undecided);
  for (const char* begun : {"G", "GE", "get", "POST", "pR", "Tea ", "Tea /", "Tea / HTT"})
    CHECK(judge(begun) == Opening::undecided);
}

TEST_CASE("callers: this machine, and what is listed") {
  Callers callers;
  for (const char* own : {"127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"}) CHECK(callers.admits(own));
  for (const char* foreign : {"192.168.1.20", "::ffff:192.168.1.20", "fe80::1%eth0", "", "nonsense"})
    CHECK_FALSE(callers.admits(foreign));
  CHECK(callers.none_listed());
  for (const char* listed : {"192.168.1.20", "10.1.0.0/17", "fd00::/8", "fe80::1"}) REQUIRE(callers.allow(listed).ok());
  for (const char* till : {"192.168.1.20", "::ffff:192.168.1.20", "10.1.127.255", "fdff::1", "fe80::1%eth0"})
    CHECK(callers.admits(till));
  for (const char* other : {"192.168.1.21", "10.1.128.0", "10.2.0.1", "fc00::1", "fe80::2%eth0"})
    CHECK_FALSE(callers.admits(other));
  for (const char* wrong : {"", "till", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "fd00::/129", "/8"}) {
    CAPTURE(wrong);
    CHECK_FALSE(callers.allow(wrong).ok());
  }
  REQUIRE(callers.allow("0.0.0.0/0").ok());
  CHECK(callers.admits("203.0.113.9"));
  CHECK_FALSE(callers.admits("2001:db8::1"));
}

}  // namespace
}  // namespace greentill::relay
