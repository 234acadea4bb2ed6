// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <array>
#include <asio.hpp>
#include <atomic>
#include <future>
#include <random>

#include "tests/unit/printer-relay/fixture.hpp"
#include "tools/printer-relay/connection.hpp"

namespace greentill::relay {
namespace {

using namespace test;
using greentill::test::eventually;
using Strings = std::vector<std::string>;

/// Some bytes of every value.
std::string noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 generator(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(generator());
  return text;
}

/// Prints it and reads the answers, through the relay.
void print(std::uint16_t port, const std::string& job, std::size_t piece) {
  Till till(port);
  std::thread sender([&] {
    CHECK(till.send(job, piece));
    till.end_sending();
  });
  CHECK(till.receive(job.size()) == Printer::answer_to(job));
  CHECK(till.end() == Till::End::closed);
  sender.join();
}

TEST_CASE("relay: every capture passes byte for byte in both directions, whole and in single bytes, and is copied") {
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{1}}) {
    Printer printer(Printer::answer);
    SpoolFolder spool;
    RunningRelay relay(printer.port(), spool.spool.get());
    Strings expected;
    for (const auto& [name, job] : captures()) {
      CAPTURE(name);
      print(relay.port(), job, piece);
      expected.push_back(job);
    }
    CHECK(printer.received() == expected);
    CHECK(spool.jobs(expected.size()) == expected);
    for (const std::string& name : spool.last_names) CHECK(name.ends_with("-00001-end.escpos"));
    CHECK(spool.spool->counts().dropped == 0);
  }
}

TEST_CASE("relay: many connections at once, each with its own bytes in pieces of its own") {
  Printer printer(Printer::answer);
  SpoolFolder spool;
  RunningRelay relay(printer.port(), spool.spool.get());
  Strings expected;
  std::vector<std::thread> tills;
  for (unsigned i = 0; i < 24; ++i) {
    expected.push_back(noise(20'000 + i * 777, i));
    tills.emplace_back([&, i] { print(relay.port(), noise(20'000 + i * 777, i), 1 + i * 97); });
  }
  for (std::thread& till : tills) till.join();
  Strings received = printer.received();
  Strings copied = spool.jobs(expected.size());
  for (Strings* all : {&expected, &received, &copied}) std::sort(all->begin(), all->end());
  CHECK(received == expected);
  CHECK(copied == expected);
}

TEST_CASE("relay: the printer may end first, and the till still prints") {
  Printer printer([](int socket, std::string& received) {
    ::send(socket, "ready", 5, MSG_NOSIGNAL);
    ::shutdown(socket, SHUT_WR);
    std::array<char, 256> buffer{};
    for (ssize_t got = 0; (got = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0;) {
      received.append(buffer.data(), static_cast<std::size_t>(got));
    }
  });
  RunningRelay relay(printer.port(), nullptr);
  Till till(relay.port());
  CHECK(till.receive(5) == "ready");
  CHECK(till.end() == Till::End::closed);
  CHECK(till.send("late"));
  till.end_sending();
  CHECK(printer.received() == Strings{"late"});
}

TEST_CASE("relay: a slow printer slows the till, and nothing piles up between them") {
  std::promise<void> reads;
  Printer printer([&](int socket, std::string& received) {
    reads.get_future().wait();
    Printer::answer(socket, received);
  });
  const std::string job = noise(48u << 20);  // made first: a till that is silent for long leaves the printer to others
  RunningRelay relay(printer.port(), nullptr);
  Till till(relay.port());
  // What the kernel's four socket buffers hold, and not the job.
  const std::size_t taken = till.send_until_stuck(job);
  CHECK(taken < job.size() / 2);
  reads.set_value();
  std::thread sender([&] {
    CHECK(till.send(std::string_view(job).substr(taken)));
    till.end_sending();
  });
  CHECK(till.receive(job.size()) == Printer::answer_to(job));
  sender.join();
  CHECK(printer.received() == Strings{job});
}

TEST_CASE("relay: a printer that is away resets the till's connection at once, and is told of once until it is back") {
  const std::uint16_t port = free_port();
  RelayOptions options;
  options.connect_timeout = std::chrono::hours(1);
  RunningRelay relay(port, nullptr, options);
  for (int i = 0; i < 3; ++i) {
    Till till(relay.port());
    CHECK(till.end() == Till::End::reset);
  }
  CHECK(relay.log.has("cannot be reached: Connection refused; the till's connection is reset"));
  CHECK(relay.log.text().find("cannot be reached") == relay.log.text().rfind("cannot be reached"));
  Printer printer(Printer::answer, port);
  print(relay.port(), "Coffee\n", 100);
  CHECK(relay.log.has("is reached again, after 3 attempt(s)"));
}

TEST_CASE("relay: a printer that does not answer at all is given up after a while") {
  RelayOptions options;
  options.connect_timeout = std::chrono::milliseconds(200);
  options.listen = {"127.0.0.1", "0"};
  options.printer = {"192.0.2.1", "9100"};  // of the documentation's network, which nobody routes
  KeptLog log;
  auto relay = Relay::start(options, nullptr, log);
  REQUIRE(relay.ok());
  std::thread thread([&] { (*relay)->run(); });
  Till till((*relay)->port());
  CHECK(till.end() == Till::End::reset);
  (*relay)->stop();
  thread.join();
  CHECK(log.has("cannot be reached"));
}

TEST_CASE("relay: a printer that breaks off in mid-job resets the till, and the copy holds what it took") {
  Printer printer([](int socket, std::string& received) {
    std::array<char, 4> buffer{};
    received.assign(buffer.data(), static_cast<std::size_t>(::recv(socket, buffer.data(), buffer.size(), 0)));
    break_off_when_closed(socket);
  });
  SpoolFolder spool;
  RunningRelay relay(printer.port(), spool.spool.get());
  Till till(relay.port());
  till.send("Coffee\n");
  CHECK(till.end() == Till::End::reset);
  CHECK(spool.jobs(1) == Strings{"Coffee\n"});
}

TEST_CASE("relay: a till that breaks off resets the printer, too") {
  std::atomic<int> error{0};
  std::promise<void> arrived;
  Printer printer([&](int socket, std::string& received) {
    std::array<char, 64> buffer{};
    ssize_t got = 0;
    while ((got = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0) {
      received.append(buffer.data(), static_cast<std::size_t>(got));
      if (received == "Tea") arrived.set_value();
    }
    error = got < 0 ? errno : 0;
  });
  RunningRelay relay(printer.port(), nullptr);
  {
    Till till(relay.port());
    CHECK(till.send("Tea"));
    arrived.get_future().wait();
    till.break_off();
  }
  CHECK(printer.received() == Strings{"Tea"});
  CHECK(error == ECONNRESET);
}

TEST_CASE("relay: a job of a connection that stays open ends when nothing was printed for a while, or when it is large") {
  Printer printer(Printer::answer);
  SpoolFolder spool;
  RelayOptions options;
  options.idle = std::chrono::milliseconds(100);
  options.most_job_bytes = 50'000;
  RunningRelay relay(printer.port(), spool.spool.get(), options);
  Till till(relay.port());
  CHECK(till.send("one\n"));
  CHECK(spool.jobs(1) == Strings{"one\n"});
  CHECK(till.send("two\n"));
  CHECK(spool.jobs(2) == Strings{"one\n", "two\n"});
  const std::string large = noise(120'000);
  CHECK(till.send(large));
  CHECK(till.receive(large.size() + 8).size() == large.size() + 8);
  till.end_sending();
  CHECK(till.end() == Till::End::closed);
  REQUIRE(eventually([&] {
    std::size_t bytes = 0;
    for (const std::string& job : spool.jobs(5)) bytes += job.size();
    return bytes == large.size() + 8;
  }));
  const Strings jobs = spool.jobs(5);
  std::string all;
  for (const std::string& job : jobs) all += job;
  CHECK(all == "one\ntwo\n" + large);
  for (std::size_t i = 0; i + 1 < spool.last_names.size(); ++i) CHECK(spool.last_names[i].ends_with("-more.escpos"));
  CHECK(spool.last_names.back().ends_with("-end.escpos"));
}

TEST_CASE("relay: whatever befalls the spool, every byte flows") {
  Printer printer(Printer::answer);
  const std::string job = noise(300'000);
  SUBCASE("its folder goes in mid-job") {
    SpoolFolder spool;
    RunningRelay relay(printer.port(), spool.spool.get());
    print(relay.port(), job, 1000);
    spool.jobs(1);
    std::filesystem::remove_all(spool.folder.path());
    print(relay.port(), job, 1000);
    CHECK(eventually([&] { return spool.spool->counts().dropped == 1; }));
    CHECK(spool.log.has("1 print job(s) could not be copied, and were printed all the same: no file can be made in " +
                        spool.folder.path().string() + ": No such file"));
  }
  SUBCASE("it is full, and has room again") {
    SpoolOptions options;
    options.most_bytes = 200'000;
    SpoolFolder spool(options);
    RunningRelay relay(printer.port(), spool.spool.get());
    print(relay.port(), job, 1000);
    REQUIRE(spool.jobs(1).size() == 1);
    print(relay.port(), job, 1000);
    CHECK(eventually([&] { return spool.spool->counts().dropped == 1; }));
    CHECK(spool.log.has("which is the limit"));
    CHECK(spool.jobs(1) == Strings{job});
    std::filesystem::remove(spool.folder.path() / spool.last_names[0]);
    print(relay.port(), "Tea\n", 1000);
    CHECK(spool.jobs(1) == Strings{"Tea\n"});
  }
  SUBCASE("the disk cannot follow") {
    SpoolOptions options;
    options.queue_bytes = 1000;
    SpoolFolder spool(options);
    RunningRelay relay(printer.port(), spool.spool.get());
    print(relay.port(), job, 50'000);
    CHECK(spool.spool->counts().dropped == 1);
    CHECK(spool.log.has("the disk is slower than the printer"));
    // A job with a hole in it must never be read as a whole one.
    print(relay.port(), "Tea\n", 1000);
    CHECK(spool.jobs(1) == Strings{"Tea\n"});
    CHECK(eventually([&] { return std::distance(std::filesystem::directory_iterator(spool.folder.path()), {}) == 1; }));
  }
}

TEST_CASE("relay: beyond its number of connections a till is reset, and served when there is room") {
  Printer printer(Printer::answer);
  RelayOptions options;
  options.most_connections = 2;
  RunningRelay relay(printer.port(), nullptr, options);
  {
    Till one(relay.port());
    Till two(relay.port());
    one.send("a");
    two.send("b");
    CHECK(one.receive(1).size() == 1);
    CHECK(two.receive(1).size() == 1);
    CHECK(Till(relay.port()).end() == Till::End::reset);
    CHECK(relay.log.has("was reset: 2 are open already"));
  }
  CHECK(eventually([&] {
    Till till(relay.port());
    return till.send("e") && till.receive(1).size() == 1;
  }));
}

TEST_CASE("relay: stopped, it lets a job under way end, and leaves an idle connection") {
  Printer printer(Printer::answer);
  SpoolFolder spool;
  RunningRelay relay(printer.port(), spool.spool.get());
  Till idle(relay.port());
  CHECK(idle.send("x"));
  CHECK(idle.receive(1).size() == 1);
  const std::string job = noise(8'000);
  Till busy(relay.port());
  CHECK(busy.send(job.substr(0, 4'000)));
  CHECK(busy.receive(1) == Printer::answer_to(job.substr(0, 1)));  // it is under way
  std::thread rest([&] {
    CHECK(busy.send(job.substr(4'000), 10));
    busy.end_sending();
    CHECK(busy.receive(job.size() - 1) == Printer::answer_to(job.substr(1)));
    CHECK(busy.end() == Till::End::closed);
  });
  relay.stop();
  rest.join();
  CHECK(idle.end() == Till::End::closed);
  CHECK_THROWS(Till(relay.port()));
  CHECK(spool.jobs(2) == Strings{"x", job});
}

TEST_CASE("relay: a connection that closes while its idle timer's turn has come is let go") {
  asio::io_context loop;
  using asio::ip::tcp;
  const tcp::endpoint loopback(asio::ip::address_v4::loopback(), 0);
  tcp::acceptor tills(loop, loopback);
  tcp::acceptor printers(loop, loopback);
  tcp::socket till(loop);
  till.connect(tills.local_endpoint());
  RelayOptions options;
  options.printer = {"127.0.0.1", std::to_string(printers.local_endpoint().port())};
  options.idle = std::chrono::milliseconds(0);  // its timer is always due
  struct Events final : ConnectionEvents {
    void on_printer(const asio::error_code& error) override { reached = !error; }
    void on_foreign(Opening, const std::string&) override {}
    bool reached = false;
  } events;
  const bool& reached = events.reached;
  auto connection = std::make_shared<Connection>(tills.accept(), options, Copier(nullptr, 1, 1000), events);
  connection->start();
  while (!reached && loop.run_one() != 0) {
  }
  REQUIRE(reached);
  const std::weak_ptr<Connection> kept = connection;
  asio::post(loop, [connection = std::exchange(connection, nullptr)] { connection->close(); });
  loop.run();  // as long as the connection has anything to wait for
  CHECK(kept.expired());
}

TEST_CASE("relay: addresses") {
  CHECK(Address::parse("printer").value().text() == "printer:9100");
  CHECK(Address::parse("192.168.1.50:9101").value().text() == "192.168.1.50:9101");
  CHECK(Address::parse("[::1]:9101").value().host == "::1");
  CHECK(Address::parse("[::1]").value().text() == "[::1]:9100");
  CHECK(Address::parse("fe80::1").value().text() == "[fe80::1]:9100");
  for (const char* wrong : {"", ":9100", "printer:", "printer:99999", "printer:x", "[::1]x", "[::1"}) {
    CAPTURE(wrong);
    CHECK(!Address::parse(wrong).ok());
  }
}

}  // namespace
}  // namespace greentill::relay
