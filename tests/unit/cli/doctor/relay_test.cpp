// SPDX-License-Identifier: Apache-2.0
// The printer relay as its command line tells it; the printer is a port of this machine.
#include "tests/support/loopback.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/unit/cli/temp_folder.hpp"
#include "tools/cli/doctor/scene.hpp"

#include <unistd.h>

namespace greentill::doctor {
namespace {

namespace fs = std::filesystem;

struct Till {
  test::TempFolder folder;
  test::SetClock clock{1'794'000'000};
  Scene scene{.config_file = "x", .endpoint_options = {}, .clock = clock};

  Till() {
    scene.proc = folder.path();
    fs::create_directories(folder / "spool");
    fs::create_directories(folder / "17");
    scene.config.emplace();
    detect::PluginSpec spec;
    spec.name = "tills";
    spec.library = "/lib/escpos.so";
    spec.configuration = "path = \"" + (folder / "spool").string() + "\"\n";
    scene.config->sources.push_back(spec);
  }
  void runs(const std::vector<std::string>& words) const {
    std::string text;
    for (const std::string& word : words) text += word + std::string(1, '\0');
    folder.write("17/cmdline", text);
  }
  Checks checks() {
    Checks all;
    check_relay(scene, all);
    return all;
  }
};

class Printer {
 public:
  Printer() : port_(test::listen_on_loopback(listener_)) {}
  ~Printer() { ::close(listener_); }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int listener_ = -1;
  int port_;
};

TEST_CASE("doctor: a relay whose copies are read and whose printer answers passes") {
  Till till;
  CHECK(till.checks()[0].state == State::warning);
  const Printer printer;
  till.runs({"/usr/bin/greentill-printer-relay", "--printer", printer.address(), "--spool=" + (till.folder / "spool").string()});
  const Checks checks = till.checks();
  REQUIRE(checks.size() == 2);
  CHECK_MESSAGE(checks[0].state == State::pass, checks[0].found);
  CHECK_MESSAGE(checks[1].state == State::pass, checks[1].found);
}

TEST_CASE("doctor: a printer that is off, copies that nobody reads, and a relay that copies nothing are told") {
  Till till;
  std::string address;
  { address = Printer().address(); }
  till.runs({"greentill-printer-relay", "--printer", address, "--spool", till.folder.path().string()});
  Checks checks = till.checks();
  REQUIRE(checks.size() == 2);
  CHECK(checks[0].state == State::fail);
  CHECK(checks[0].found.find("no source reads") != std::string::npos);
  CHECK(checks[1].state == State::fail);
  CHECK_MESSAGE(checks[1].found.find("nothing listens there") != std::string::npos, checks[1].found);
  till.runs({"greentill-printer-relay", "--printer", address});
  CHECK(till.checks()[0].state == State::warning);
}

}  // namespace
}  // namespace greentill::doctor
