// SPDX-License-Identifier: Apache-2.0
// The server of EST over real TLS: what it takes of a request, what it bounds, and whom it lets show a certificate.
#include "tools/credit-service/http/server.hpp"

#include <doctest/doctest.h>
#include <httplib.h>

#include <future>

#include "daemon/base/file.hpp"
#include "tests/unit/credit-service/enrolment_desk.hpp"

namespace greentill::credit::https_test {
namespace {

/// Says what it was asked.
EstReply echo(const EstRequest& request) {
  return {200,
          "text/plain",
          request.method + ' ' + request.path + ' ' + request.authorization + ' ' + std::to_string(request.body.size()) + ' ' +
              request.address + ' ' + (request.peer ? request.peer->common_name() : "nobody"),
          {{"Retry-After", "7"}}};
}

struct Site {
  explicit Site(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto made = test::make_request();
    const auto request = crypto::CertificateRequest::from_file(made.request).value();
    const std::int64_t now = SystemClock().unix_seconds();
    certificate =
        issuer.issue(request, {"localhost", {"localhost", "127.0.0.1"}, "", {crypto::kServerUsage}, now - 100, now + 1000})
            .value()
            .path_to_pem();
    key = made.key;
    const HttpOptions options{"127.0.0.1", 0, {certificate, key, {issuer.certificate()}}, patience};
    auto started = HttpServer::start(options, echo);
    REQUIRE_MESSAGE(started, (started ? "" : started.error().message));
    server = std::move(*started);
  }

  /// A client that shows nothing, or this certificate.
  std::unique_ptr<httplib::SSLClient> client(const std::string& shown = {}, const std::string& its_key = {}) {
    std::unique_ptr<httplib::SSLClient> made;
    if (shown.empty()) {
      made = std::make_unique<httplib::SSLClient>("127.0.0.1", server->port());
    } else {
      REQUIRE(write_file_durably(folder / "c.crt", shown));
      REQUIRE(write_file_durably(folder / "c.key", its_key));
      made = std::make_unique<httplib::SSLClient>("127.0.0.1", server->port(), (folder / "c.crt").string(),
                                                  (folder / "c.key").string());
    }
    made->enable_server_certificate_verification(false);
    return made;
  }

  test::TempDir folder;
  crypto::Issuer issuer = test::new_issuer(SystemClock().unix_seconds());
  std::string certificate, key;
  std::unique_ptr<HttpServer> server;
};

/// The status of a request with that body.
int status_of(const httplib::Result& result) { return result ? result->status : 0; }

}  // namespace

TEST_CASE("https: head and body come through, one request a connection") {
  Site site;
  const auto answer = site.client()->Post("/a%20b?c=d", {{"Authorization", "Basic x"}}, "12345", "application/pkcs10");
  REQUIRE(answer);
  CHECK(answer->body == "POST /a b Basic x 5 127.0.0.1 nobody");
  CHECK(answer->get_header_value("Connection") == "close");
  CHECK(answer->get_header_value("Retry-After") == "7");
  CHECK(answer->get_header_value("Cache-Control") == "no-store");
  const auto ranged = site.client()->Get("/x", {{"Range", "bytes=0-1"}});
  REQUIRE(ranged);
  CHECK(ranged->status == 200);
}

TEST_CASE("https: what is too large, in chunks or malformed is refused in words") {
  Site site;
  CHECK(status_of(site.client()->Post("/", std::string(kMostRequestBytes, 'a'), "x")) == 200);
  CHECK(status_of(site.client()->Post("/", std::string(kMostRequestBytes + 1, 'a'), "x")) == 413);
  CHECK(status_of(site.client()->Post("/", std::string(1 << 17, 'a'), "x")) == 413);
  CHECK(status_of(site.client()->Post(
            "/",
            [](std::size_t, httplib::DataSink& sink) {
              sink.write("a", 1);
              sink.done();
              return true;
            },
            "x")) == 411);
  CHECK(status_of(site.client()->Get("/" + std::string(9000, 'a'))) == 414);
  CHECK(status_of(site.client()->Get("/", {{"X", std::string(9000, 'a')}})) == 431);
}

TEST_CASE("https: any certificate is shown on, also an expired one or a stranger's; what it is worth is judged elsewhere") {
  Site site;
  const std::int64_t now = SystemClock().unix_seconds();
  const auto made = test::make_request();
  const auto request = crypto::CertificateRequest::from_file(made.request).value();
  const auto expired = site.issuer.issue(request, {"dock-7", {}, "", {crypto::kClientUsage}, now - 100, now - 50}).value();
  CHECK(site.client(expired.to_pem(), made.key)->Get("/")->body == "GET /  0 127.0.0.1 dock-7");
  const auto stranger =
      test::new_issuer(now).issue(request, {"dock-8", {}, "", {crypto::kClientUsage}, now - 100, now + 50}).value();
  CHECK(site.client(stranger.to_pem(), made.key)->Get("/")->body == "GET /  0 127.0.0.1 dock-8");
}

TEST_CASE("https: whoever is slow loses the connection, and keeps nobody else waiting") {
  Site site(std::chrono::milliseconds(300));
  std::vector<std::unique_ptr<httplib::SSLClient>> slow;
  std::vector<std::future<int>> answers;
  for (std::size_t i = 0; i < kMostConnections; ++i) {
    slow.push_back(site.client());
    answers.push_back(std::async(std::launch::async, [client = slow.back().get()] {
      // Announces more than it ever sends.
      return status_of(client->Post(
          "/", 1000, [](std::size_t, std::size_t, httplib::DataSink&) { return false; }, "x"));
    }));
  }
  CHECK(site.client()->Get("/")->status == 200);
  for (auto& answer : answers) CHECK(answer.get() != 200);
}

TEST_CASE("https: a key that is not the certificate's, and an address that is taken, are told") {
  Site site;
  const std::string other = test::make_request().key;
  const auto wrong = HttpServer::start({"127.0.0.1", 0, {site.certificate, other, {}}, std::chrono::seconds(1)}, echo);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::invalid);
  const auto taken =
      HttpServer::start({"127.0.0.1", site.server->port(), {site.certificate, site.key, {}}, std::chrono::seconds(1)}, echo);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == ErrorCode::io);
  CHECK(taken.error().message.find("cannot listen on 127.0.0.1:") != std::string::npos);
}

TEST_CASE("https: a client that does not go on does not hold up the end") {
  constexpr std::chrono::minutes kPatience{5};
  Site site(kPatience);
  std::promise<void> asked, ended;
  auto waiting = std::async(std::launch::async, [&] {
    const auto silent = [&](std::size_t, std::size_t, httplib::DataSink&) {
      asked.set_value();
      ended.get_future().wait();
      return false;
    };
    return site.client()->Post("/x", 1000, silent, "application/pkcs10").error();
  });
  asked.get_future().wait();
  const auto began = std::chrono::steady_clock::now();
  site.server.reset();
  CHECK(std::chrono::steady_clock::now() - began < kPatience / 5);
  ended.set_value();
  CHECK(waiting.get() != httplib::Error::Success);
}

}  // namespace greentill::credit::https_test
