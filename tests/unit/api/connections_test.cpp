// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/wait.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

TEST_CASE("connections: kept-open ones, used and unused, do not hold up another") {
  const Fixture fixture;
  std::vector<std::unique_ptr<RawConnection>> open;
  for (int i = 0; i < 64; ++i) {
    open.push_back(std::make_unique<RawConnection>(fixture.port()));
    if (i % 2 == 0) continue;
    open.back()->send(fixture.post_request(ride(std::to_string(i))));
    REQUIRE(status_of(open.back()->receive()) == 201);
  }
  // They would keep it waiting for a minute, and be closed then.
  CHECK(status_of(fixture.post(ride("last"))) == 201);
  CHECK(std::count_if(open.begin(), open.end(), [](const auto& one) { return one->is_open(); }) >= 60);
}

TEST_CASE("connections: more than there are threads are open at once and used in turn") {
  api::Options options;
  options.threads = 4;
  const Fixture fixture(options);
  std::vector<std::unique_ptr<RawConnection>> open;
  for (int i = 0; i < 40; ++i) open.push_back(std::make_unique<RawConnection>(fixture.port()));
  for (int round = 0; round < 3; ++round) {
    for (const auto& connection : open) {
      connection->send(fixture.request("GET", "/healthz"));
      CHECK(status_of(connection->receive()) == 200);
    }
  }
}

TEST_CASE("connections: thirty-two at once are all answered, each in its order") {
  Fixture fixture;
  std::atomic<int> good = 0;
  std::vector<std::thread> tills;
  for (int till = 0; till < 32; ++till) {
    tills.emplace_back([&, till] {
      RawConnection connection(fixture.port());
      for (int sale = 0; sale < 20; ++sale) {
        const std::string event = std::to_string(till) + '-' + std::to_string(sale);
        connection.send(fixture.post_request(ride(event)));
        const std::string answer = connection.receive();
        if (status_of(answer) == 201 && answer.find('"' + event + '"') != std::string::npos) ++good;
      }
    });
  }
  for (std::thread& till : tills) till.join();
  CHECK(good == 640);
  CHECK(fixture.desk.transactions() == 640);
}

TEST_CASE("connections: requests sent ahead are answered one after the other") {
  const Fixture fixture;
  RawConnection connection(fixture.port());
  connection.send(fixture.post_request(ride("a")) + fixture.post_request(ride("b")) + fixture.request("GET", "/healthz"));
  CHECK(connection.receive().find("\"event_id\":\"a\"") != std::string::npos);
  CHECK(connection.receive().find("\"event_id\":\"b\"") != std::string::npos);
  CHECK(connection.receive().find("\"ok\"") != std::string::npos);
}

TEST_CASE("connections: a body that nobody reads ends the connection, and its answer still arrives") {
  const Fixture fixture;
  for (const std::string method : {"GET", "DELETE", "PUT", "PATCH"}) {
    CAPTURE(method);
    RawConnection connection(fixture.port());
    connection.send(fixture.request(method, "/v1/status", "", std::string(500'000, 'x')));
    CHECK(status_of(connection.receive()) == (method == "GET" ? 200 : 405));
    connection.end_sending();
    CHECK(connection.ended());
  }
}

TEST_CASE("connections: methods and resources that are not there are told apart") {
  const Fixture fixture;
  const std::string post_only = fixture.get("/v1/transactions");
  CHECK(status_of(post_only) == 405);
  CHECK(header_of(post_only, "Allow") == "POST, OPTIONS");
  const std::string get_only = exchange(fixture.port(), fixture.request("DELETE", "/v1/claims/1"));
  CHECK(status_of(get_only) == 405);
  CHECK(header_of(get_only, "Allow") == "GET, HEAD, OPTIONS");
  CHECK(status_of(fixture.get("/")) == 404);
  CHECK(status_of(fixture.get("/v1/claimsx")) == 404);
  problem_of(fixture.get("/v2/status"));
}

TEST_CASE("connections: malformed and endless headers are refused in bounded memory") {
  const Fixture fixture;
  CHECK(status_of(exchange(fixture.port(), "oops\r\n\r\n")) == 400);
  CHECK(status_of(exchange(fixture.port(), "BREW / HTTP/1.1\r\n\r\n")) == 400);
  CHECK(status_of(exchange(fixture.port(), fixture.request("GET", "/" + std::string(9'000, 'x')))) == 414);
  std::string many;
  for (int i = 0; i < 5'000; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  CHECK(problem_of(fixture.get("/healthz", many)).at("type") == "urn:greentill:problem:headers-too-large");
  CHECK(status_of(fixture.get("/healthz", "Range: bytes=0-3\r\nAccept-Encoding: gzip, br\r\n")) == 200);
  CHECK(header_of(fixture.get("/healthz", "Accept-Encoding: gzip, br\r\n"), "Content-Encoding").empty());
}

TEST_CASE("connections: a client that waits for leave to send its body gets it") {
  const Fixture fixture;
  RawConnection connection(fixture.port());
  const std::string body = ride("a");
  const std::string request = fixture.post_request(body, "application/json", "Expect: 100-continue\r\n");
  connection.send(request.substr(0, request.size() - body.size()));
  CHECK(status_of(connection.receive()) == 100);
  connection.send(body);
  CHECK(status_of(connection.receive()) == 201);
}

TEST_CASE("connections: a port that is taken is a clear error") {
  const Fixture fixture;
  api::Options options;
  options.token = api::ApiToken(kToken);
  options.port = fixture.port();
  TestDesk desk;
  SystemClock clock;
  QuietLog log;
  const auto second = api::Server::start(options, desk, desk.new_reader(), clock, log);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::io);
  CHECK(second.error().message.find(std::to_string(fixture.port())) != std::string::npos);
}

TEST_CASE("connections: stopping ends idle ones at once") {
  // One that waited for their time to be over would take a minute each time.
  CHECK(eventually([] {
    auto fixture = std::make_unique<Fixture>();
    RawConnection idle(fixture->port());
    idle.send(fixture->request("GET", "/healthz"));
    CHECK(status_of(idle.receive()) == 200);
    const auto begin = std::chrono::steady_clock::now();
    fixture->server.reset();
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(idle.ended());
    return took < 20s;
  }));
}

TEST_CASE("connections: over a restart with a socket that is kept nobody is refused, and who came meanwhile is answered") {
  auto first = std::make_unique<Fixture>();
  const std::uint16_t port = first->port();
  const std::string request = first->get("/livez").empty() ? std::string() : first->request("GET", "/livez");
  api::Options options;
  options.socket = ::dup(first->server->socket());  // as the service manager has it
  first.reset();
  RawConnection meanwhile(port);
  REQUIRE(meanwhile.send(request));
  const Fixture next(options);
  CHECK(next.port() == port);
  CHECK(status_of(meanwhile.receive()) == 200);
  CHECK(status_of(next.get("/livez")) == 200);
}
