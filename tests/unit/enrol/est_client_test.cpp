// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/est_client.hpp"

#include <doctest/doctest.h>

#include "daemon/base/moment.hpp"
#include "tests/support/set_clock.hpp"

namespace greentill::enrol {
namespace {

constexpr std::int64_t kADay = 86'400;
constexpr std::int64_t kNow = kReleased + 100 * kADay;

EstReply reply_at(std::int64_t date) {
  EstReply reply;
  reply.http.date = date;
  reply.path_not_before = kNow - 10 * kADay;
  reply.path_not_after = kNow + 10 * kADay;
  return reply;
}

HttpAnswer answer_of(int status, std::string body = {}) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

}  // namespace

TEST_CASE("est server: an address is read as RFC 7030 has it") {
  const auto plain = EstServer::parse("https://est.example:8443");
  REQUIRE(plain.ok());
  CHECK(plain->host == "est.example");
  CHECK(plain->port == "8443");
  CHECK(plain->base == "/.well-known/est");
  CHECK(EstServer::parse("HTTPS://est.example/")->port == "443");
  CHECK(EstServer::parse("https://[::1]:8443/tills")->host == "::1");
  CHECK(EstServer::parse("https://est.example/tills")->base == "/.well-known/est/tills");
  CHECK(EstServer::parse("https://est.example/.well-known/est/tills")->base == "/.well-known/est/tills");
  CHECK(EstServer::parse("https://est.example/.well-known/est")->base == "/.well-known/est");
  for (const char* wrong :
       {"", "est.example", "http://est.example", "https://", "https://:443", "https://est.example:0", "https://est.example:65536",
        "https://est.example:x", "https://a b", "https://u:p@est.example", "https://[::1", "https://[x]",
        "https://est.example/a/b", "https://est.example/a?b", "https://est.example\"", "https://est.example\n"}) {
    CHECK_FALSE(EstServer::parse(wrong).ok());
  }
  CHECK_FALSE(EstServer::parse("https://" + std::string(300, 'a')).ok());
}

TEST_CASE("est client: the server's certificate is judged by its own clock, and by ours where a time server keeps it") {
  test::SetClock clock(kNow);
  CHECK(check_server_dates(reply_at(kNow), clock).ok());
  CHECK(check_server_dates(reply_at(kNow + 11 * kADay), clock).error().message.find("the server's own clock") !=
        std::string::npos);
  CHECK_FALSE(check_server_dates(reply_at(kNow - 11 * kADay), clock).ok());
  for (const std::int64_t years : {-10, 10}) {
    clock.now = kNow + years * 365 * kADay;
    clock.kept = false;
    CHECK(check_server_dates(reply_at(kNow), clock).ok());
  }
  clock.kept = true;
  CHECK(check_server_dates(reply_at(kNow), clock).error().message.find("which a time server keeps") != std::string::npos);
  clock.now = 0;  // no time server can have said that
  CHECK(check_server_dates(reply_at(kNow), clock).ok());
}

TEST_CASE("est client: which clock is wrong is said with both times") {
  test::SetClock clock(kNow);
  CHECK_FALSE(clock_words(kNow + 300, clock));
  CHECK_FALSE(clock_words(std::nullopt, clock));
  const auto behind = clock_words(kNow + 3 * kADay, clock);
  REQUIRE(behind);
  CHECK(behind->find("3 days behind the server's") != std::string::npos);
  CHECK(behind->find(utc_text(kNow)) != std::string::npos);
  CHECK(behind->find(utc_text(kNow + 3 * kADay)) != std::string::npos);
  CHECK(behind->find("set it") != std::string::npos);
  clock.kept = true;
  CHECK(clock_words(kNow - kADay, clock)->find("tell the operator") != std::string::npos);
}

TEST_CASE("est client: what a status means for who asked") {
  CHECK(error_of(answer_of(401)).code == ErrorCode::denied);
  CHECK(error_of(answer_of(401)).message.find("not used up") != std::string::npos);
  const Error expired = error_of(answer_of(401, "the code expired on 2026-11-24; a new one is needed"));
  CHECK(expired.code == ErrorCode::denied);
  CHECK(expired.message.find("it says: \"the code expired on 2026-11-24; a new one is needed\"") != std::string::npos);
  CHECK(expired.message.find("not used up") == std::string::npos);
  CHECK(error_of(answer_of(404)).code == ErrorCode::denied);
  CHECK(error_of(answer_of(202)).code == ErrorCode::unavailable);
  CHECK(error_of(answer_of(429)).code == ErrorCode::unavailable);
  CHECK(error_of(answer_of(503)).code == ErrorCode::unavailable);
  CHECK(error_of(answer_of(400, "a bad\nrequest\x1b[0m")).code == ErrorCode::invalid);
  CHECK(error_of(answer_of(400, "a bad\nrequest\x1b[0m")).message.find('\x1b') == std::string::npos);
  CHECK(error_of(answer_of(500, "<html>")).message.find("html") == std::string::npos);
}

TEST_CASE("est client: no code goes to a server that nobody vouches for") {
  const std::atomic<bool> never{false};
  const auto asked = ask(*EstServer::parse("https://localhost:1"),
                         {.operation = "simpleenroll", .user = "till-1", .password = "x"}, std::chrono::seconds(1), never);
  CHECK(asked.error().code == ErrorCode::bug);
}

}  // namespace greentill::enrol
