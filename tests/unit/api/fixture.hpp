// SPDX-License-Identifier: Apache-2.0
// A server on a free loopback port with a desk in memory behind it, and requests to it.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/api/server.hpp"
#include "daemon/base/system.hpp"
#include "tests/unit/api/raw_http.hpp"
#include "tests/unit/api/test_desk.hpp"

namespace greentill::test {

inline const std::string kToken = "0123456789abcdef";

inline std::string ride(const std::string& event, const std::string& issuer = "dock") {
  return R"({"issuer":")" + issuer + R"(","event_id":")" + event + R"(","kind":"trip","begin":1000,"end":1600,)" +
         R"("mode":"bike.shared","quantities":{"m.odometer":2400}})";
}

class Fixture {
 public:
  explicit Fixture(api::Options options = {}, Clock* clock = nullptr) {
    options.port = 0;
    options.token = api::ApiToken(kToken);
    auto started = api::Server::start(options, desk, desk.new_reader(), clock != nullptr ? *clock : clock_, log_);
    REQUIRE(started.ok());
    server = std::move(started).value();
  }

  [[nodiscard]] std::uint16_t port() const { return server->port(); }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port()); }

  /// A request with our Host header; `headers` are whole lines with their ends.
  [[nodiscard]] std::string request(const std::string& method, const std::string& target, const std::string& headers = "",
                                    const std::string& body = "") const {
    const std::string length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return method + ' ' + target + " HTTP/1.1\r\nHost: " + host() + "\r\n" + headers + length + "\r\n" + body;
  }
  [[nodiscard]] std::string get(const std::string& target, const std::string& headers = "") const {
    return exchange(port(), request("GET", target, headers));
  }
  [[nodiscard]] std::string post_request(const std::string& body, const std::string& type = "application/json",
                                         const std::string& headers = "") const {
    return request("POST", "/v1/transactions", "Authorization: Bearer " + kToken + "\r\nContent-Type: " + type + "\r\n" + headers,
                   body);
  }
  [[nodiscard]] std::string post(const std::string& body, const std::string& type = "application/json",
                                 const std::string& headers = "") const {
    return exchange(port(), post_request(body, type, headers));
  }
  [[nodiscard]] nlohmann::json get_json(const std::string& target) const {
    const std::string answer = get(target);
    CHECK(status_of(answer) == 200);
    CHECK(header_of(answer, "Content-Type") == "application/json");
    return nlohmann::json::parse(body_of(answer));
  }

  TestDesk desk;
  std::unique_ptr<api::Server> server;

 private:
  SystemClock clock_;
  QuietLog log_;
};

/// The problem in an answer, once its form is checked.
inline nlohmann::json problem_of(const std::string& answer) {
  CHECK(header_of(answer, "Content-Type") == "application/problem+json");
  auto problem = nlohmann::json::parse(body_of(answer));
  CHECK(problem.at("status") == status_of(answer));
  CHECK(problem.at("type").get<std::string>().starts_with("urn:greentill:problem:"));
  return problem;
}

}  // namespace greentill::test
