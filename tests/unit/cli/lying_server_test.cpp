// SPDX-License-Identifier: Apache-2.0
// Whoever listens in the daemon's place may answer anything.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <thread>

#include "tools/cli/client/daemon_client.hpp"
#include "tools/cli/client/daemon_json.hpp"

namespace greentill {
namespace {

/// Answers one connection with these bytes, whatever it asks, and ends it.
class Liar {
 public:
  explicit Liar(std::string answer) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, any, size) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    REQUIRE(::getsockname(listener_, any, &size) == 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
  }
  ~Liar() {
    thread_.join();
    ::close(listener_);
  }
  Liar(const Liar&) = delete;
  Liar& operator=(const Liar&) = delete;
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  void serve(std::string_view answer) const {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    std::array<char, 4096> ignored{};
    ::recv(socket, ignored.data(), ignored.size(), 0);
    while (!answer.empty()) {
      const ssize_t put = ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (put <= 0) break;
      answer.remove_prefix(static_cast<std::size_t>(put));
    }
    ::close(socket);
  }

  int listener_;
  std::string url_;
  std::thread thread_;
};

Result<cli::Json> ask(const std::string& answer) {
  const Liar liar(answer);
  auto client = cli::DaemonClient::make({liar.url(), ""});
  REQUIRE(client.ok());
  return cli::get_json(**client, "/v1/status");
}

const std::string kGood = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

}  // namespace

TEST_CASE("client: an answer of any form is an error or an answer, and nothing else") {
  CHECK(ask(kGood + "Content-Length: 12\r\n\r\n{\"a\":\"bcde\"}").ok());
  CHECK(ask("HTTP/1.1 200 " + std::string(900, 'a') + "\r\nContent-Length: 2\r\n\r\n{}").ok());
  const std::string many(2'000'000, 'a');
  for (const std::string& answer :
       {"HTTP/1.1 200 " + many + "\r\n\r\n", many, "HTTP/1.1 200 " + many, std::string("\r\n"), std::string(),
        kGood + "X: " + many + "\r\nContent-Length: 2\r\n\r\n{}", kGood + "Content-Length: 99999999999999999999\r\n\r\n{}",
        kGood + "Content-Range: bytes " + many + "\r\n\r\n", kGood + "Content-Length: 5\r\n\r\n{}",
        kGood + "Transfer-Encoding: chunked\r\n\r\n" + many,
        kGood + "Content-Length: 1000000\r\n\r\n" + std::string(1'000'000, '['), kGood + "Content-Length: 2\r\n\r\n[]"}) {
    CAPTURE(answer.substr(0, 100));
    const auto got = ask(answer);
    REQUIRE_FALSE(got.ok());
    CHECK_FALSE(got.error().message.empty());
  }
}

TEST_CASE("client: addresses") {
  for (const char* url : {"http://127.0.0.1:8480", "http://localhost", "http://[::1]:8480", "http://[::1]", "http://till/"}) {
    CAPTURE(url);
    CHECK(cli::DaemonClient::make({url, ""}).ok());
  }
  for (const char* url : {"", "127.0.0.1:8480", "http://", "http://:80", "http://a:b", "http://a:99999", "http://a:1/x",
                          "http://[::1", "http://[::1]x", "http://a/b", "http://a?b", "https://a", "http://a b"}) {
    CAPTURE(url);
    CHECK_FALSE(cli::DaemonClient::make({url, ""}).ok());
  }
}

}  // namespace greentill
