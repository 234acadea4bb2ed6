// SPDX-License-Identifier: Apache-2.0
// Who is kept from the printer: web pages, strangers, and those who say nothing.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>

#include "tests/support/at_rest.hpp"
#include "tests/unit/printer-relay/fixture.hpp"

namespace greentill::relay {
namespace {

using namespace test;
using greentill::test::eventually;
using Strings = std::vector<std::string>;
using Tills = std::vector<std::unique_ptr<Till>>;

Tills connect(std::uint16_t port, std::size_t count) {
  Tills tills;
  for (std::size_t i = 0; i < count; ++i) tills.push_back(std::make_unique<Till>(port));
  return tills;
}

/// What the printer was sent, of the connections on which it was sent anything.
Strings printed(Printer& printer) {
  Strings jobs = printer.received();
  std::erase(jobs, "");
  return jobs;
}

/// A printer that serves one connection at a time, as many do.
struct OneAtATime {
  std::mutex turn;
  Printer printer{[this](int socket, std::string& received) {
    const std::lock_guard mine(turn);
    Printer::answer(socket, received);
  }};
};

TEST_CASE("relay: what a web page sends is reset and not printed, wherever it is cut in two") {
  const std::string page = "POST / HTTP/1.1\r\nHost: 127.0.0.1:9100\r\nContent-Type: text/plain\r\n\r\n\nREFUND\nTotal -9.00\n";
  Printer printer(Printer::answer);
  SpoolFolder spool;
  RunningRelay relay(printer.port(), spool.spool.get());
  // Up to where it is decided; behind that a cut makes no difference.
  for (std::size_t cut = 0; cut < page.find("1.1"); ++cut) {
    CAPTURE(cut);
    Till browser(relay.port());
    browser.send(page.substr(0, cut));
    REQUIRE(greentill::test::come_to_rest());
    browser.send(page.substr(cut));
    CHECK(browser.end() == Till::End::reset);
  }
  {
    Till browser(relay.port());
    browser.send(page, 1);  // which may meet the reset itself
    CHECK(browser.end() != Till::End::still_open);
    Till secure(relay.port());
    secure.send(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));
    CHECK(secure.end() == Till::End::reset);
  }
  Till till(relay.port());
  CHECK(till.send("Tea 2.40\n"));
  CHECK(till.receive(9) == Printer::answer_to("Tea 2.40\n"));
  till.end_sending();
  CHECK(till.end() == Till::End::closed);
  CHECK(printed(printer) == Strings{"Tea 2.40\n"});
  CHECK(spool.jobs(1) == Strings{"Tea 2.40\n"});
  const std::string log = relay.log.text();
  CHECK(log.find("a connection from 127.0.0.1 was reset before the printer heard of it: it began as HTTP") != std::string::npos);
  CHECK(log.find("began as") == log.rfind("began as"));  // one line, however often
}

TEST_CASE("relay: a till that pauses within its first word is waited for, and a command's answer comes") {
  Printer printer(Printer::answer);
  RelayOptions options;
  options.opening_pause = std::chrono::milliseconds(20);
  RunningRelay relay(printer.port(), nullptr, options);
  Till browser(relay.port());
  CHECK(browser.send("POS"));
  REQUIRE(greentill::test::come_to_rest());
  Till asks(relay.port());
  CHECK(asks.send("~HS"));
  CHECK(asks.receive(3) == Printer::answer_to("~HS"));
  CHECK(asks.send("GET / HTTP/1.1\r\n"));  // behind what was printed it is a receipt's text
  CHECK(asks.receive(16).size() == 16);
  // The beginning of a common method has waited for longer, and is still held back.
  CHECK(browser.send("T / HTTP/1.1\r\n"));
  CHECK(browser.end() == Till::End::reset);
  // A job may end in its first word.
  Till ends(relay.port());
  CHECK(ends.send("PO"));
  ends.end_sending();
  CHECK(ends.receive(2) == Printer::answer_to("PO"));
  CHECK(ends.end() == Till::End::closed);
  asks.end_sending();
  CHECK(asks.end() == Till::End::closed);
  CHECK(printed(printer) == Strings{"~HSGET / HTTP/1.1\r\n", "PO"});
}

TEST_CASE("relay: connections that say nothing keep nobody from printing") {
  Printer printer(Printer::answer);
  RelayOptions options;
  options.most_connections = 8;
  options.most_of_one_address = 8;
  RunningRelay relay(printer.port(), nullptr, options);
  Till open_all_day(relay.port());
  CHECK(open_all_day.send("Tea\n"));
  CHECK(open_all_day.receive(4).size() == 4);
  const Tills silent = connect(relay.port(), 64);
  Till till(relay.port());
  CHECK(till.send("Coffee\n"));
  CHECK(till.receive(7) == Printer::answer_to("Coffee\n"));
  CHECK(silent.front()->end() == Till::End::reset);  // the one that was silent longest
  CHECK(silent.back()->send("Milk\n"));
  CHECK(silent.back()->receive(5).size() == 5);
  CHECK(open_all_day.send("Cake\n"));
  CHECK(open_all_day.receive(5).size() == 5);
}

TEST_CASE("relay: one address has its share of the connections") {
  Printer printer(Printer::answer);
  RelayOptions options;
  options.most_of_one_address = 3;
  RunningRelay relay(printer.port(), nullptr, options);
  const Tills tills = connect(relay.port(), 3);
  for (const auto& till : tills) {
    CHECK(till->send("Tea\n"));
    CHECK(till->receive(4).size() == 4);
  }
  CHECK(Till(relay.port()).end() == Till::End::reset);
  CHECK(relay.log.has("or 3 from there"));
}

TEST_CASE("relay: of connections that printed, one that has not been used for long gives way") {
  Printer printer(Printer::answer);
  RelayOptions options;
  options.most_connections = 1;
  options.unused = std::chrono::milliseconds(0);
  RunningRelay relay(printer.port(), nullptr, options);
  Till old(relay.port());
  CHECK(old.send("Tea\n"));
  CHECK(old.receive(4).size() == 4);
  Till young(relay.port());
  CHECK(young.send("Coffee\n"));
  CHECK(young.receive(7).size() == 7);
  CHECK(old.end() == Till::End::reset);
}

TEST_CASE("relay: a printer for one connection at a time is not kept by one that says nothing, which prints later all the same") {
  OneAtATime one;
  RelayOptions options;
  options.silence = std::chrono::milliseconds(20);
  RunningRelay relay(one.printer.port(), nullptr, options);
  Till silent(relay.port());
  {
    Till till(relay.port());
    CHECK(till.send("Tea\n"));
    CHECK(till.receive(4) == Printer::answer_to("Tea\n"));
    till.end_sending();
    CHECK(till.end() == Till::End::closed);
  }
  CHECK(silent.send("Coffee\n"));
  CHECK(silent.receive(7) == Printer::answer_to("Coffee\n"));
  silent.end_sending();
  CHECK(silent.end() == Till::End::closed);
  CHECK(printed(one.printer) == Strings{"Tea\n", "Coffee\n"});
}

TEST_CASE("relay: one that stops where it may still become a browser's does not keep the printer, unless it said a byte or two") {
  OneAtATime one;
  RelayOptions options;
  options.opening_pause = std::chrono::milliseconds(20);
  RunningRelay relay(one.printer.port(), nullptr, options);
  const std::string stun("\x00\x01\x00\x08\x21\x12\xa4\x42", 8);
  Till requests(relay.port());
  CHECK(requests.send("PO"));
  Till binds(relay.port());
  CHECK(binds.send(stun.substr(0, 3)));
  Till slow(relay.port());
  CHECK(slow.send("GET 2"));
  for (const std::string& command : {std::string("\x00", 1), std::string("\x01\x02")}) {
    Till till(relay.port());
    CHECK(till.send(command));
    CHECK(till.receive(command.size()) == Printer::answer_to(command));
    till.end_sending();
    CHECK(till.end() == Till::End::closed);
  }
  CHECK(requests.send("ST / HTTP/1.1\r\n"));
  CHECK(requests.end() == Till::End::reset);
  CHECK(binds.send(stun.substr(3)));
  CHECK(binds.end() == Till::End::reset);
  CHECK(slow.send(" FOR 1\n"));
  CHECK(slow.receive(12) == Printer::answer_to("GET 2 FOR 1\n"));
  slow.end_sending();
  CHECK(slow.end() == Till::End::closed);
  CHECK(printed(one.printer) == Strings{std::string("\x00", 1), "\x01\x02", "GET 2 FOR 1\n"});
}

TEST_CASE("relay: without a descriptor left it says so once, and takes connections again when there is one") {
  Printer printer(Printer::answer);
  RunningRelay relay(printer.port(), nullptr);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  Till first(relay.port());
  CHECK(first.send("Tea\n"));
  CHECK(first.receive(4).size() == 4);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(socket >= 0);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool connected = connect_socket(socket, relay.port());
  const bool told = eventually([&] { return relay.log.has("the process may open 0 files at once; raise LimitNOFILE"); });
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(connected);
  CHECK(told);
  CHECK(::send(socket, "Tea\n", 4, MSG_NOSIGNAL) == 4);
  std::array<char, 4> answer{};
  CHECK(::recv(socket, answer.data(), answer.size(), MSG_WAITALL) == 4);
  ::close(socket);
  const std::string log = relay.log.text();
  CHECK(log.find("no connection can be taken") == log.rfind("no connection can be taken"));
}

}  // namespace
}  // namespace greentill::relay
