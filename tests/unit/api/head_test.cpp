// SPDX-License-Identifier: Apache-2.0
// Requests' heads: their bounds, what is no head, and what the HTTP library never sees.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/api/framing.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using api::parse_head;

namespace {

const std::string kLine = "GET /healthz HTTP/1.1\r\n";

int refused(const std::string& head) {
  const auto parsed = parse_head(head);
  return parsed ? parsed->fault_status : 0;
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string result;
  while (result.size() + text.size() <= bytes) result += text;
  return result;
}

}  // namespace

TEST_CASE("head: it ends with an empty line and is not taken before") {
  const std::string head = kLine + "Host: a\r\nContent-Length: 12\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) CHECK_FALSE(parse_head(head.substr(0, size)).has_value());
  const auto parsed = parse_head(head + "and a body..");
  REQUIRE(parsed.has_value());
  CHECK(parsed->bytes == head.size());
  CHECK(parsed->fault_status == 0);
  CHECK(parsed->text == head);
  CHECK(parsed->length == 12);
  CHECK_FALSE(parsed->chunked);
}

TEST_CASE("head: its lines are bounded, one by one, in number, and together") {
  const std::string end = "\r\n";
  const std::string longest(api::kMaxLineBytes - 5, 'x');
  CHECK(refused(kLine + "N: " + longest + end + end) == 0);
  CHECK(refused(kLine + "N: " + longest + "x" + end + end) == 431);
  CHECK(refused("GET /" + std::string(api::kMaxLineBytes - 16, 'x') + " HTTP/1.1" + end + end) == 0);
  CHECK(refused("GET /" + std::string(api::kMaxLineBytes - 15, 'x') + " HTTP/1.1" + end + end) == 414);
  const std::string most = kLine + repeated("N: x\r\n", 6 * api::kMaxHeaderLines) + end;
  CHECK(refused(most) == 0);
  for (std::size_t size = 0; size < most.size(); ++size) CHECK_FALSE(parse_head(most.substr(0, size)).has_value());
  CHECK(refused(kLine + repeated("N: x\r\n", 6 * api::kMaxHeaderLines + 6) + end) == 431);
  CHECK(refused(kLine + repeated("N: " + std::string(995, 'x') + end, api::kMaxHeadBytes + 999) + end) == 431);
  // Without an end they are refused as soon as they are too long.
  CHECK(refused(std::string(api::kMaxLineBytes + 1, 'x')) == 414);
  CHECK(refused(kLine + std::string(api::kMaxLineBytes + 1, 'x')) == 431);
  CHECK_FALSE(parse_head(kLine + std::string(api::kMaxLineBytes, 'x')).has_value());
}

TEST_CASE("head: what another reader could take for something else is refused") {
  for (const std::string line : {"Content-Length : 5",
                                 " Content-Length: 5",
                                 "Content Length: 5",
                                 ": 5",
                                 "no colon",
                                 "A: b\nC: d",
                                 "A: b\rC: d",
                                 "Content-Length: two",
                                 "Content-Length: -2",
                                 "Content-Length: +2",
                                 "Content-Length: 2, 2",
                                 "Content-Length:",
                                 "Content-Length: 2\r\nContent-Length: 2",
                                 "Content-Length: %32",
                                 "Content-Length: 2\r\nTransfer-Encoding: chunked",
                                 "Transfer-Encoding: chunked\r\nContent-Length: 2",
                                 "Transfer-Encoding: gzip",
                                 "Transfer-Encoding: gzip, chunked",
                                 "Transfer-Encoding: chunked\r\ntransfer-encoding: chunked",
                                 "A: \x7f"}) {
    CAPTURE(line);
    CHECK(refused(kLine + line + "\r\n\r\n") == 400);
  }
  CHECK(refused(kLine + std::string("A: b\0c\r\n\r\n", 10)) == 400);
  CHECK(refused("GET / HTTP/1.1\n") == 400);
  CHECK(refused("GET http:///healthz HTTP/1.1\r\n") == 400);
  CHECK(parse_head(kLine + "Content-Length: 99999999999999999999\r\n\r\n")->length == UINT64_MAX);
  CHECK(parse_head(kLine + "transfer-encoding:CHUNKED \r\n\r\n")->chunked);
}

TEST_CASE("head: the library sees neither ranges nor encodings, and of an absolute target its host") {
  CHECK(parse_head(kLine + "Range: bytes=0-3\r\nHost: a\r\nACCEPT-ENCODING: br\r\n\r\n")->text == kLine + "Host: a\r\n\r\n");
  CHECK(parse_head("GET HTTP://b:1/c?d HTTP/1.1\r\nHost: a\r\n\r\n")->text == "GET /c?d HTTP/1.1\r\nHost: b:1\r\n\r\n");
  CHECK(parse_head("GET http://b?d HTTP/1.1\r\nHost: a\r\n\r\n")->text == "GET /?d HTTP/1.1\r\nHost: b\r\n\r\n");
  CHECK(parse_head("GET http://b HTTP/1.1\r\n\r\n")->text == "GET / HTTP/1.1\r\n\r\n");
}

TEST_CASE("head: a hostile value of any length does nothing") {
  // Whatever recurses for each byte of one of these overflows the stack of an answering thread.
  const Fixture fixture;
  const std::size_t most = api::kMaxLineBytes - 64;
  const std::pair<std::string, std::string> values[] = {
      {"Range", "bytes=" + repeated("0-0,", most) + "0-0"},
      {"Range", "bytes=" + std::string(most, '1') + '-'},
      {"If-Range", repeated("\"a\",", most)},
      {"Accept", repeated("a/b;q=1,", most)},
      {"Accept-Encoding", repeated("gzip,br,", most)},
      {"Authorization", "Digest " + repeated("a=\"b\",", most)},
      {"Connection", repeated("close,", most)},
      {"Cookie", repeated("a=b;", most)},
      {"Expect", repeated("100-continue,", most)},
      {"Keep-Alive", repeated("timeout=1,", most)},
      {"Content-Type", "multipart/form-data; boundary=" + std::string(most, 'a')},
      {"Content-Disposition", "form-data; name=\"" + std::string(most, 'a') + '"'},
      {"Forwarded", repeated("%u0041%41", most)},
      {std::string(most, 'n'), "x"},
  };
  for (const auto& header : values) {
    CAPTURE(header.first);
    CHECK(status_of(fixture.get("/healthz", header.first + ": " + header.second + "\r\n")) == 200);
  }
  CHECK(status_of(fixture.get("/v1/status", "Origin: http://" + std::string(most, 'a') + "\r\n")) == 403);
  for (const std::string& path : {'/' + std::string(most, 'a'), repeated("/..", most), "/v1/claims/" + std::string(most, '1'),
                                  "/v1/claims/" + repeated("%31", most) + "/undo", repeated("/v1/transactions", most)}) {
    CAPTURE(path);
    CHECK(status_of(fixture.get(path)) == 404);
  }
  CHECK(status_of(fixture.get("/v1/claims?" + repeated("a=b&", most))) == 400);
  CHECK(status_of(fixture.get("/v1/claims?after=" + std::string(most, '1'))) == 400);
  const std::string part =
      "--x\r\nContent-Disposition: form-data; name=\"" + std::string(200'000, 'a') + "\"\r\n\r\n\r\n--x--\r\n";
  CHECK(status_of(fixture.post(part, "multipart/form-data; boundary=x")) == 415);
}
