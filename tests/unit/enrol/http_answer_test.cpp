// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/http_answer.hpp"

#include <doctest/doctest.h>

namespace greentill::enrol {
namespace {

/// Reads the text in pieces of so many bytes; the error where it is refused.
Result<HttpAnswer> read(std::string_view text, std::size_t piece, bool ended = true) {
  HttpReader reader;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    if (Status taken = reader.take(text.substr(i, piece)); !taken) return Failure{taken.error()};
  }
  if (Status over = ended ? reader.end() : Status(Done{}); !over) return Failure{over.error()};
  return reader.answer();
}

constexpr std::string_view kSized = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nTrailer: x\r\n\r\n";
constexpr std::string_view kUntilEnd = "HTTP/1.0 200 OK\n\nhello";

}  // namespace

TEST_CASE("http answer: is the same however it comes") {
  for (const std::string_view text : {kSized, kChunked, kUntilEnd}) {
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
      const auto answer = read(text, piece);
      REQUIRE(answer.ok());
      CHECK(answer->status == 200);
      CHECK(answer->body == "hello");
    }
  }
  CHECK(read(kSized, 7)->date == 784'111'777);
}

TEST_CASE("http answer: cut anywhere it is not whole") {
  for (const std::string_view text : {kSized, kChunked}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      const auto answer = read(text.substr(0, size), 16);
      REQUIRE_FALSE(answer.ok());
      CHECK(answer.error().code == ErrorCode::unavailable);
    }
  }
}

TEST_CASE("http answer: interim answers are passed over, and a 204 has no body") {
  const auto answer = read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", 3, false);
  REQUIRE(answer.ok());
  CHECK(answer->status == 204);
  CHECK(answer->body.empty());
}

TEST_CASE("http answer: when to come again is seconds or a time, and never negative") {
  const auto after = [](const std::string& value) {
    return read("HTTP/1.1 202 Wait\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\nRetry-After: " + value +
                    "\r\n\r\n",
                99)
        ->retry_after_s;
  };
  CHECK(after("120") == 120);
  CHECK(after("Sun, 06 Nov 1994 08:50:37 GMT") == 60);
  CHECK(after("Sun, 06 Nov 1994 08:40:37 GMT") == 0);
  CHECK(after("-7") == 0);
  CHECK(after("9999999999") == 365 * 86'400);
  CHECK_FALSE(after("soon"));
}

TEST_CASE("http answer: what is no answer, or too large a one, is refused") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const std::string& text :
       {std::string("SSH-2.0-x\r\n"), std::string("HTTP/2 200\r\n"), std::string("HTTP/1.1 2x0 OK\r\n"), ok + "no colon\r\n",
        ok + "Content-Length: -1\r\n", ok + "Content-Length: 5\r\nContent-Length: 6\r\n", ok + "Content-Length: 262145\r\n\r\n",
        ok + "Transfer-Encoding: gzip\r\n", ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        ok + "Transfer-Encoding: chunked\r\n\r\n40001\r\n", ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
        ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", std::string(HttpReader::kMostHeadBytes + 1, 'x'),
        ok + "\r\n" + std::string(HttpReader::kMostBodyBytes + 1, 'x')}) {
    const auto answer = read(text, 4096, false);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == ErrorCode::invalid);
  }
}

TEST_CASE("http answer: dates are of one form") {
  CHECK(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
  for (const char* wrong : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
                            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT"}) {
    CHECK_FALSE(parse_http_date(wrong));
  }
}

}  // namespace greentill::enrol
