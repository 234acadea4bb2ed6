// SPDX-License-Identifier: Apache-2.0
#include "daemon/probe/broker_probe.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "tests/support/broker.hpp"
#include "tests/support/mute_broker.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/web_server.hpp"

namespace greentill::probe_test {
namespace {

using namespace std::chrono_literals;

/// A certificate authority with its broker, and another one that the broker has never heard of.
struct Installation {
  test::TempDir folder;
  std::unique_ptr<test::Broker> broker;

  Installation() {
    std::signal(SIGPIPE, SIG_IGN);
    test::make_certificates(ours(), {"till-1"});
    test::make_certificates(foreign(), {"till-1"});
    broker = std::make_unique<test::Broker>(ours(), folder.path());
    broker->start();
  }
  [[nodiscard]] std::filesystem::path ours() const { return folder / "ours"; }
  [[nodiscard]] std::filesystem::path foreign() const { return folder / "foreign"; }
  [[nodiscard]] probe::Target target(std::string_view uri) const {
    auto address = parse_broker_address(uri);
    REQUIRE(address.ok());
    return {*address, ours() / "ca.crt", ours() / "till-1.crt", ours() / "till-1.key"};
  }
  [[nodiscard]] probe::Target good() const { return target(broker->uri()); }
};

Installation& installation() {
  static Installation one;
  return one;
}

std::string cause_of(const probe::Target& target, std::chrono::milliseconds limit = 60'000ms) {
  const auto addresses = probe::resolve(target.address);
  if (!addresses) return addresses.error().message;
  const std::atomic<bool> never{false};
  return probe::find_cause(target, *addresses, limit, never);
}

probe::Finding look_at(const probe::Target& target) {
  const auto addresses = probe::resolve(target.address);
  REQUIRE(addresses.ok());
  const std::atomic<bool> never{false};
  return probe::look(target, *addresses, 60'000ms, never);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Takes connections into its queue and says nothing. Not listening, its port is one where nothing listens.
class SilentPort {
 public:
  explicit SilentPort(bool listening) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, generic, length) == 0);
    if (listening) REQUIRE(::listen(socket_, 8) == 0);
    REQUIRE(::getsockname(socket_, generic, &length) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { ::close(socket_); }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  [[nodiscard]] std::string uri(const std::string& scheme) const { return scheme + "://127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_;
  int port_ = 0;
};

}  // namespace

TEST_CASE("probe: a broker that would let us in is no cause") {
  const std::string cause = cause_of(installation().good());
  CHECK_MESSAGE(has(cause, "the line is good, but what listens there does not answer as an MQTT 5 broker"), cause);
}

TEST_CASE("probe: a name that nobody knows is named") {
  const std::string cause = cause_of(installation().target("mqtts://broker.invalid:8883"));
  CHECK_MESSAGE(has(cause, "the host name broker.invalid cannot be looked up"), cause);
}

TEST_CASE("probe: a port where nothing listens, with TLS and without") {
  const SilentPort closed(false);
  for (const char* scheme : {"mqtts", "tcp"}) {
    const std::string cause = cause_of(installation().target(closed.uri(scheme)));
    CHECK_MESSAGE(has(cause, "nothing listens there (connection refused)"), cause);
  }
}

TEST_CASE("probe: what listens and is silent, or speaks without TLS, leaves the port in doubt") {
  const SilentPort silent(true);
  const std::string unanswered = cause_of(installation().target(silent.uri("mqtts")), 200ms);
  CHECK_MESSAGE(has(unanswered, "does not answer with TLS; is the port right?"), unanswered);
  const test::MuteBroker plain;
  const std::string uri = "mqtts" + plain.uri().substr(3);
  const std::string without = cause_of(installation().target(uri));
  CHECK_MESSAGE(has(without, "does not speak TLS; is the port right?"), without);
}

TEST_CASE("probe: a web server in the broker's place is told for what it is") {
  const test::WebServer portal;
  const auto address = parse_broker_address("mqtts://127.0.0.1:" + std::to_string(portal.port()));
  REQUIRE(address.ok());
  probe::Target target = installation().good();
  target.address = *address;
  const probe::Finding found = look_at(target);
  CHECK(found.stage == probe::Stage::web);
  CHECK_MESSAGE(has(found.words, "captive portal"), found.words);
}

TEST_CASE("probe: without a certificate of ours the broker's is judged all the same") {
  probe::Target target = installation().good();
  target.certificate.clear();
  target.key.clear();
  const probe::Finding good = look_at(target);
  CHECK_MESSAGE(good.stage == probe::Stage::done, good.words);
  REQUIRE(good.peer.has_value());
  CHECK(good.peer->not_before < good.peer->not_after);
  CHECK_FALSE(good.peer->issuer.empty());
  target.authorities = installation().foreign() / "ca.crt";
  const probe::Finding foreign = look_at(target);
  CHECK(foreign.stage == probe::Stage::peer);
  CHECK(foreign.peer.has_value());
}

TEST_CASE("probe: a broker of another authority, and one that another name stands for") {
  probe::Target target = installation().good();
  target.authorities = installation().foreign() / "ca.crt";
  const std::string foreign = cause_of(target);
  CHECK_MESSAGE(has(foreign, "the broker's certificate is not vouched for by " + target.authorities.string()), foreign);
  target = installation().good();
  const auto addresses = probe::resolve(target.address);
  REQUIRE(addresses.ok());
  target.address.host = "broker.example";
  const std::atomic<bool> never{false};
  const std::string renamed = probe::find_cause(target, *addresses, 60'000ms, never);
  CHECK_MESSAGE(has(renamed, "the broker's certificate names another host than broker.example"), renamed);
}

TEST_CASE("probe: our certificate that the broker refuses, though it does so after the handshake") {
  probe::Target target = installation().good();
  target.certificate = installation().foreign() / "till-1.crt";
  target.key = installation().foreign() / "till-1.key";
  const std::string cause = cause_of(target);
  CHECK_MESSAGE(has(cause, "the broker refuses our certificate " + target.certificate.string()), cause);
}

TEST_CASE("probe: a file that cannot be used is named") {
  for (const auto part : {&probe::Target::authorities, &probe::Target::certificate, &probe::Target::key}) {
    probe::Target target = installation().good();
    target.*part = installation().folder / "nowhere.pem";
    const std::string missing = cause_of(target);
    CHECK_MESSAGE(has(missing, "nowhere.pem cannot be used"), missing);
  }
  probe::Target target = installation().good();
  target.key = installation().foreign() / "till-1.key";
  const std::string other = cause_of(target);
  CHECK_MESSAGE(has(other, target.key.string() + " cannot be used"), other);
}

TEST_CASE("probe: cancelled, it ends long before its time") {
  const SilentPort silent(true);
  const probe::Target target = installation().target(silent.uri("mqtts"));
  const auto addresses = probe::resolve(target.address);
  REQUIRE(addresses.ok());
  std::atomic<bool> cancelled{false};
  std::thread running([&] { (void)probe::find_cause(target, *addresses, 24h, cancelled); });
  cancelled = true;
  running.join();  // or the test never ends
}

}  // namespace greentill::probe_test
