// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/api/framing.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

struct Decoded {
  std::string data;
  std::size_t fed = 0;   // bytes that were read from the connection
  std::size_t left = 0;  // of these: what is not the body's
  std::size_t held = 0;  // at most at once
  bool whole = false;
  bool cut_off = false;
};

// As they come from a connection that reads `step` bytes at a time.
Decoded decode(std::string_view bytes, std::size_t step) {
  api::RequestHead head;
  head.chunked = true;
  api::Input input;
  Decoded result;
  const auto more = [&] {
    const std::string_view piece = bytes.substr(result.fed, step);
    input.append(piece);
    result.fed += piece.size();
    result.held = std::max(result.held, input.rest().size());
    result.cut_off = piece.empty();
    return !piece.empty();
  };
  result.whole = api::read_body(head, input, more, [&](std::string_view piece) {
    result.data += piece;
    return true;
  });
  result.left = input.rest().size();
  return result;
}

Decoded decode(std::string_view bytes) {
  Decoded whole = decode(bytes, bytes.size());
  for (std::size_t step = 1; step < std::min<std::size_t>(bytes.size(), 20); ++step) {
    CAPTURE(step);
    const Decoded pieces = decode(bytes, step);
    CHECK(pieces.whole == whole.whole);
    CHECK(pieces.data == whole.data);
  }
  return whole;
}

std::string head(const Fixture& fixture, const std::string& type = "application/json") {
  return fixture.request("POST", "/v1/transactions",
                         "Authorization: Bearer " + kToken + "\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n");
}

std::string chunk(const std::string& data) {
  std::ostringstream out;
  out << std::hex << data.size() << "\r\n" << data << "\r\n";
  return out.str();
}

}  // namespace

TEST_CASE("chunks: a body is its chunks' data, and ends where it says") {
  const std::string_view sound[] = {
      "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
      "5;a\r\nhello\r\n6 \t; b=\"c; d\";e\r\n world\r\n0;last\r\n\r\n",
      "0000000000000005\r\nhello\r\n06\r\n world\r\n000\r\n\r\n",
      "B\r\nhello world\r\n0\r\nX-Sum: 7\r\nEmpty:\r\n\r\n",
      "b\r\nhello world\r\n0\r\n\r\n",
  };
  for (const std::string_view bytes : sound) {
    CAPTURE(bytes);
    const Decoded decoded = decode(std::string(bytes) + "GET / HTTP/1.1\r\n");
    CHECK(decoded.whole);
    CHECK(decoded.data == "hello world");
    CHECK(decoded.fed - decoded.left == bytes.size());
  }
}

TEST_CASE("chunks: what is not in the grammar fails by the end of its line") {
  const std::pair<std::string_view, std::string_view> broken[] = {
      {"", "\r\n5\r\nhello\r\n"},
      {"", " 5\r\nhello\r\n"},
      {"", "-5\r\nhello\r\n"},
      {"", "zz\r\n"},
      {"0", "x5\r\nhello\r\n"},
      {"5", "\nhello\r\n"},
      {"5\r", "hello\r\n"},
      {"5\r", "\r\nhello\r\n"},
      {"5 ", "\r\nhello\r\n"},
      {"5;a", "\nhello\r\n"},
      {"5;a", std::string_view("\0\r\nhello", 8)},
      {"5;a\r", "b\r\nhello\r\n"},
      {"5\r\nhello", "!\r\n0\r\n\r\n"},
      {"5\r\nhello", "\n0\r\n\r\n"},
      {"5\r\nhello\r\n", "\n3\r\nabc\r\n0\r\n\r\n"},
      {"5\r\nhello\r\n", "GARBAGE\r\n"},
      {"5\r\nhello\r\n", "\r\n0\r\n\r\n"},
      {"5\r\nhello\r\n0\r\n", "\n"},
      {"5\r\nhello\r\n0\r\n", " X: folded\r\n\r\n"},
      {"5\r\nhello\r\n0\r\nGET", " /healthz HTTP/1.1\r\n\r\n"},
      {"5\r\nhello\r\n0\r\nX: y", "\n\r\n"},
      {"5\r\nhello\r\n0\r\nno-colon", "\r\n\r\n"},
      {"0000000000000000", "5\r\nhello\r\n"},
  };
  for (const auto& [sound, rest] : broken) {
    CAPTURE(sound);
    CAPTURE(rest);
    const std::string bytes = std::string(sound) + std::string(rest);
    const Decoded decoded = decode(bytes);
    CHECK_FALSE(decoded.whole);
    CHECK_FALSE(decoded.cut_off);
    CHECK(decode(bytes, 1).fed <= sound.size() + rest.find('\n') + 1);
  }
}

TEST_CASE("chunks: extensions and trailers are bounded together") {
  const std::string some(api::kMaxChunkExtraBytes / 2, 'x');
  const std::string bytes = "1;" + some.substr(1) + "\r\na\r\n0\r\nN:" + some.substr(2);
  CHECK(decode(bytes + "\r\n\r\n", 100).whole);
  CHECK_FALSE(decode(bytes + "x\r\n\r\n", 100).whole);
  CHECK(decode("5;" + std::string(1u << 20, 'x'), 4096).held < 2 * api::kMaxChunkExtraBytes);
}

TEST_CASE("chunks: a malformed body is refused, and nothing behind it is a request") {
  Fixture fixture;
  const std::string sound = chunk(ride("a"));
  const std::string broken[] = {
      sound + "GARBAGE\r\n",
      sound + "\r\n",
      sound.substr(0, sound.size() - 2) + "\n0\r\n\r\n",
      sound.substr(0, sound.size() - 2) + "0\r\n\r\n",
      sound + "0\r\nno trailer\r\n\r\n",
      sound + "ffffffffffffffffff\r\n",
  };
  for (const std::string& body : broken) {
    CAPTURE(body);
    RawConnection connection(fixture.port());
    connection.send(head(fixture) + body + fixture.request("GET", "/healthz"));
    connection.end_sending();
    const std::string answers = connection.receive_all();
    CHECK(status_of(answers) == 400);
    CHECK(header_of(answers, "Connection") == "close");
    CHECK(answers.find("HTTP/1.1", 1) == std::string::npos);
  }
  CHECK(fixture.desk.transactions() == 0);
}

TEST_CASE("chunks: no chunk of lines is lost in an answer of 200") {
  Fixture fixture;
  const std::string first = chunk(ride("a") + '\n');
  const std::string lines = first.substr(0, first.size() - 2) + "\n\r\n" + chunk(ride("b") + '\n') + "0\r\n\r\n";
  CHECK(status_of(exchange(fixture.port(), head(fixture, "application/x-ndjson") + lines)) == 400);
}

TEST_CASE("chunks: a line without an end is refused before it takes memory") {
  const Fixture fixture;
  for (const std::string start : {"5;", "0\r\nX: "}) {
    CAPTURE(start);
    // One that waited for the end of the line would take five seconds each time.
    CHECK(eventually([&] {
      RawConnection connection(fixture.port());
      const auto begin = std::chrono::steady_clock::now();
      connection.send(head(fixture) + start + std::string(3 * api::kMaxChunkExtraBytes, 'a'));
      CHECK(status_of(connection.receive()) == 400);
      return std::chrono::steady_clock::now() - begin < 3s;
    }));
  }
}

TEST_CASE("chunks: what is sent ahead behind the last one is the next request") {
  const Fixture fixture;
  RawConnection connection(fixture.port());
  const std::string first = chunk(ride("a").substr(0, 50)) + chunk(ride("a").substr(50)) + "0\r\n\r\n";
  const std::string second = "1;x=y\r\n{\r\n" + chunk(ride("b").substr(1)) + "0\r\nX-Sum: 1\r\n\r\n";
  connection.send(head(fixture) + first + head(fixture) + second + fixture.request("GET", "/healthz"));
  CHECK(connection.receive().find("\"event_id\":\"a\"") != std::string::npos);
  CHECK(connection.receive().find("\"event_id\":\"b\"") != std::string::npos);
  CHECK(connection.receive().find("\"ok\"") != std::string::npos);
}
