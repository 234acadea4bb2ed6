// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using nlohmann::json;

namespace {

api::Options browser_options() {
  api::Options options;
  options.allowed_hosts = {"till.local:8480"};
  options.allowed_origins = {"https://pos.example"};
  return options;
}

}  // namespace

TEST_CASE("gate: only a holder of the token writes") {
  Fixture fixture;
  const std::string type = "Content-Type: application/json\r\n";
  for (const std::string authorization :
       {"", "Authorization: Bearer \r\n", "Authorization: Bearer 0123456789abcdeF\r\n",
        "Authorization: Bearer 0123456789abcde\r\n", "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\n",
        "Authorization: Basic 0123456789abcdef\r\n"}) {
    CAPTURE(authorization);
    const std::string answer =
        exchange(fixture.port(), fixture.request("POST", "/v1/transactions", type + authorization, ride("a")));
    CHECK(status_of(answer) == 401);
    CHECK(header_of(answer, "WWW-Authenticate") == "Bearer realm=\"greentill\"");
    problem_of(answer);
  }
  CHECK(fixture.desk.transactions() == 0);
  const std::string lower = "authorization: bearer " + kToken + "\r\n";
  CHECK(status_of(exchange(fixture.port(), fixture.request("POST", "/v1/transactions", type + lower, ride("a")))) == 201);
}

TEST_CASE("gate: a server without a token does not start") {
  TestDesk desk;
  SystemClock clock;
  QuietLog log;
  const auto started = api::Server::start({}, desk, desk.new_reader(), clock, log);
  REQUIRE_FALSE(started.ok());
  CHECK(started.error().code == ErrorCode::invalid);
}

TEST_CASE("gate: a name that only resolves to us is not ours") {
  const Fixture fixture(browser_options());
  const auto status_with = [&](const std::string& hosts) {
    return status_of(exchange(fixture.port(), "GET /v1/status HTTP/1.1\r\n" + hosts + "\r\n"));
  };
  const std::string port = std::to_string(fixture.port());
  CHECK(status_with("Host: 127.0.0.1:" + port + "\r\n") == 200);
  CHECK(status_with("Host: LOCALHOST:" + port + "\r\n") == 200);
  CHECK(status_with("Host: [::1]:" + port + "\r\n") == 200);
  CHECK(status_with("Host: till.local:8480\r\n") == 200);
  CHECK(status_with("Host: evil.example:" + port + "\r\n") == 421);
  CHECK(status_with("Host: 127.0.0.1:1\r\n") == 421);
  CHECK(status_with("Host: 127.0.0.1\r\n") == 421);
  CHECK(status_with("") == 400);
  CHECK(status_with("Host: 127.0.0.1:" + port + "\r\nHost: evil.example\r\n") == 400);
}

TEST_CASE("gate: a header that another reader would take for another is refused") {
  const Fixture fixture;
  // Read as an unknown header, it would leave its body behind to be the next request (RFC 9112, 5.1).
  for (const std::string header : {"Content-Length : 5\r\n", " Content-Length: 5\r\n", "Content Length: 5\r\n", ": 5\r\n"}) {
    CAPTURE(header);
    const std::string answer = fixture.get("/healthz", header);
    CHECK(status_of(answer) == 400);
    CHECK(header_of(answer, "Connection") == "close");
  }
}

TEST_CASE("gate: an absolute target names the host, whatever the Host header says") {
  const Fixture fixture;
  const auto status_of_target = [&](const std::string& target, const std::string& hosts) {
    return status_of(exchange(fixture.port(), "GET " + target + " HTTP/1.1\r\n" + hosts + "Connection: close\r\n\r\n"));
  };
  const std::string ours = "Host: " + fixture.host() + "\r\n";
  CHECK(status_of_target("http://" + fixture.host() + "/healthz", ours) == 200);
  CHECK(status_of_target("HTTP://" + fixture.host() + "/healthz", "Host: evil.example\r\n") == 200);
  CHECK(status_of_target("http://" + fixture.host(), ours) == 404);
  CHECK(status_of_target("http://evil.example/healthz", ours) == 421);
  CHECK(status_of_target("http://" + fixture.host() + "/healthz", ours + ours) == 400);
  CHECK(status_of_target("http://" + fixture.host() + "/healthz", "") == 400);
}

TEST_CASE("gate: HEAD promises nothing that GET does not keep") {
  Fixture fixture;
  const std::string answer = exchange(fixture.port(), fixture.request("HEAD", "/healthz", "Connection: close\r\n", ""));
  CHECK(status_of(answer) == 200);
  CHECK(header_of(answer, "Accept-Ranges").empty());
}

TEST_CASE("gate: a foreign page is refused, an allowed one may read the answer") {
  Fixture fixture(browser_options());
  for (const std::string origin : {"https://evil.example", "null", "https://pos.example.evil", "http://pos.example"}) {
    const std::string answer = fixture.get("/v1/status", "Origin: " + origin + "\r\n");
    CHECK(status_of(answer) == 403);
    CHECK(header_of(answer, "Access-Control-Allow-Origin").empty());
    CHECK(status_of(fixture.post(ride("a"), "application/json", "Origin: " + origin + "\r\n")) == 403);
  }
  CHECK(fixture.desk.transactions() == 0);
  const std::string allowed = fixture.post(ride("a"), "application/json", "Origin: https://pos.example\r\n");
  CHECK(status_of(allowed) == 201);
  CHECK(header_of(allowed, "Access-Control-Allow-Origin") == "https://pos.example");
  CHECK(header_of(allowed, "Vary") == "Origin");
  CHECK(status_of(fixture.get("/v1/status", "Origin: http://" + fixture.host() + "\r\n")) == 200);
}

TEST_CASE(
    "gate: what a foreign page fetches without an Origin is refused by Sec-Fetch-Site, and of what it asks nothing is done") {
  Fixture fixture(browser_options());
  const auto status_with = [&](const std::string& path, const std::string& headers) {
    return status_of(fixture.get(path, headers));
  };
  for (const std::string path : {"/v1/status", "/v1/claims", "/metrics", "/healthz", "/livez", "/nothing"}) {
    CAPTURE(path);
    for (const std::string site : {"cross-site", "same-site", "None", "none, cross-site"}) {
      CAPTURE(site);
      const std::string answer = fixture.get(path, "Sec-Fetch-Site: " + site + "\r\nSec-Fetch-Mode: no-cors\r\n");
      CHECK(status_of(answer) == 403);
      CHECK(problem_of(answer).at("type") == "urn:greentill:problem:forbidden-origin");
      CHECK(header_of(answer, "Cross-Origin-Resource-Policy") == "same-origin");
      CHECK(header_of(answer, "X-Content-Type-Options") == "nosniff");
    }
    CHECK(status_with(path, "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n") == 403);
  }
  // A person who typed the address, a page of our own, a program.
  CHECK(status_with("/v1/status", "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n") == 200);
  CHECK(status_with("/v1/status", "Sec-Fetch-Site: same-origin\r\n") == 200);
  CHECK(status_with("/v1/status", "") == 200);
  // An allowed page says who it is.
  CHECK(status_with("/v1/status", "Sec-Fetch-Site: cross-site\r\nOrigin: https://pos.example\r\n") == 200);
  CHECK(status_with("/v1/status", "Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n") == 403);
  CHECK(status_of(fixture.post(ride("a"), "application/json", "Sec-Fetch-Site: cross-site\r\n")) == 403);
  CHECK(fixture.desk.transactions() == 0);
}

TEST_CASE(
    "gate: where there is nothing the answer is 404, whatever is asked; where there is something it says what may be asked") {
  const Fixture fixture;
  const auto answer = [&](const std::string& method, const std::string& path) {
    return exchange(fixture.port(), fixture.request(method, path, "Connection: close\r\n"));
  };
  for (const std::string path :
       {"/v1/transaction", "/v1/transactions/", "/", "/v1/claims/x/undo", "/v1/claims/x", "/v2/status"}) {
    CAPTURE(path);
    for (const std::string method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
      CAPTURE(method);
      const std::string missing = answer(method, path);
      CHECK(status_of(missing) == 404);
      CHECK(header_of(missing, "Allow").empty());
    }
  }
  for (const std::string path :
       {"/v1/status", "/v1/claims", "/v1/claims/1", "/v1/guarded", "/v1/records", "/metrics", "/healthz", "/livez"}) {
    CAPTURE(path);
    for (const std::string method : {"POST", "PUT", "DELETE"}) {
      const std::string refused = answer(method, path);
      CHECK(status_of(refused) == 405);
      CHECK(header_of(refused, "Allow") == "GET, HEAD, OPTIONS");
    }
    CHECK(header_of(answer("OPTIONS", path), "Allow") == "GET, HEAD, OPTIONS");
  }
  for (const std::string path : {"/v1/transactions", "/v1/claims/1/undo"}) {
    CAPTURE(path);
    for (const std::string method : {"GET", "HEAD", "PUT"}) {
      const std::string refused = answer(method, path);
      CHECK(status_of(refused) == 405);
      CHECK(header_of(refused, "Allow") == "POST, OPTIONS");
    }
  }
  CHECK(status_of(answer("OPTIONS", "*")) == 204);
}

TEST_CASE("gate: a preflight is answered for allowed origins alone") {
  const Fixture fixture(browser_options());
  const std::string asks = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n";
  const std::string good =
      exchange(fixture.port(), fixture.request("OPTIONS", "/v1/transactions", "Origin: https://pos.example\r\n" + asks));
  CHECK(status_of(good) == 204);
  CHECK(header_of(good, "Access-Control-Allow-Origin") == "https://pos.example");
  CHECK(header_of(good, "Access-Control-Allow-Headers") == "Authorization, Content-Type, Accept");
  CHECK(header_of(good, "Allow") == "POST, OPTIONS");
  const std::string bad =
      exchange(fixture.port(), fixture.request("OPTIONS", "/v1/transactions", "Origin: https://evil.example\r\n" + asks));
  CHECK(status_of(bad) == 403);
  CHECK(header_of(bad, "Access-Control-Allow-Headers").empty());
}

TEST_CASE("gate: a body is refused by its headers before it is read") {
  const Fixture fixture;
  const auto status_with = [&](const std::string& headers) {
    return status_of(exchange(fixture.port(),
                              fixture.request("POST", "/v1/transactions", "Authorization: Bearer " + kToken + "\r\n" + headers)));
  };
  const std::string json_type = "Content-Type: application/json\r\n";
  CHECK(status_with("Content-Length: 2\r\n") == 415);
  CHECK(status_with("Content-Type: text/plain\r\nContent-Length: 2\r\n") == 415);
  CHECK(status_with("Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2\r\n") == 415);
  CHECK(status_with(json_type + "Content-Encoding: gzip\r\nContent-Length: 2\r\n") == 415);
  CHECK(status_with(json_type) == 411);
  CHECK(status_with(json_type + "Content-Length: two\r\n") == 400);
  CHECK(status_with(json_type + "Content-Length: -2\r\n") == 400);
  CHECK(status_with(json_type + "Content-Length: 2\r\nContent-Length: 3\r\n") == 400);
  CHECK(status_with(json_type + "Content-Length: 99999999999999999999\r\n") == 413);
  CHECK(status_with(json_type + "Content-Length: 8388609\r\n") == 413);
  CHECK(status_with(json_type + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(status_with(json_type + "Transfer-Encoding: gzip\r\n") == 400);
}
