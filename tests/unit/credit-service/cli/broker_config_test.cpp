// SPDX-License-Identifier: Apache-2.0
// greentill-credit broker-config: what it writes is the sample filled in, and what is there stays unless told.
#include "tools/credit-service/cli/broker_config.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"

namespace greentill::credit::broker_config_test {
namespace {

/// Authorities and the broker's certificate in a folder, and the command.
struct Machine {
  test::TempDir folder;
  BrokerRequest request;

  Machine() {
    const test::TestAuthority devices("Devices");
    const auto broker = devices.issue("localhost");
    request.folder = (folder / "mosquitto").string();
    request.devices = put("devices.crt", devices.pem());
    request.workers = put("workers.crt", test::TestAuthority("Workers").pem());
    request.certificate = put("broker.crt", broker.certificate);
    request.key = put("broker.key", broker.key);
    request.guard = put("guard.so", "");
    request.store = folder.path().string();
  }
  [[nodiscard]] std::string put(const std::string& name, const std::string& text) const {
    REQUIRE(write_file_durably(folder / name, text).ok());
    return (folder / name).string();
  }
  std::string said;
  Status write(bool json = false) {
    std::ostringstream out;
    Status done = write_broker_config(request, {json, out});
    said = out.str();
    return done;
  }
  [[nodiscard]] std::string written(const std::string& name) const {
    const auto text = read_file(std::filesystem::path(request.folder) / name);
    return text ? *text : std::string();
  }
};

TEST_CASE("broker-config: each line is the sample's, with its words filled in") {
  Machine machine;
  REQUIRE(machine.write());
  for (const char* file : {"mosquitto.conf", "acl"}) {
    std::istringstream sample(*read_file(std::filesystem::path(GREENTILL_SOURCE_DIR "/config/mosquitto") / file));
    std::istringstream written(machine.written(file));
    std::string line;
    for (std::string wanted; std::getline(sample, wanted);) {
      REQUIRE(std::getline(written, line));
      CAPTURE(wanted);
      const bool has_words = wanted.find('@') != std::string::npos && !wanted.starts_with('#');
      if (has_words) CHECK(line.find('@') == std::string::npos);
      if (!has_words) CHECK(line == wanted);
    }
    CHECK_FALSE(std::getline(written, line));
  }
  const std::string text = machine.written("mosquitto.conf");
  CHECK(text.find("\nlistener 8883\nmax_connections 20000\ncafile " + machine.request.devices + '\n') != std::string::npos);
  CHECK(text.find("\nlistener 8884\nmax_connections 1000\ncafile " + machine.request.workers + '\n') != std::string::npos);
  CHECK(text.find("\nplugin " + machine.request.guard + '\n') != std::string::npos);
  CHECK(std::filesystem::status(std::filesystem::path(machine.request.folder) / "share-group").permissions() ==
        std::filesystem::perms(0600));
}

TEST_CASE("broker-config: nothing is overwritten unasked, and the share group never") {
  Machine machine;
  REQUIRE(machine.write());
  const std::string group = machine.written("share-group");
  CHECK(group.size() == 33);
  machine.request.device_port = 1883;
  const Status refused = machine.write();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().message.find("--overwrite") != std::string::npos);
  CHECK(machine.written("mosquitto.conf").find("listener 1883") == std::string::npos);
  machine.request.overwrite = true;
  REQUIRE(machine.write(true));
  CHECK(machine.said.find("\"kept\"") != std::string::npos);
  CHECK(machine.written("mosquitto.conf").find("listener 1883") != std::string::npos);
  CHECK(machine.written("share-group") == group);
}

TEST_CASE("broker-config: what cannot be right is refused before anything is written") {
  Machine machine;
  SUBCASE("one authority for both") { machine.request.workers = machine.request.devices; }
  SUBCASE("no certificate") { machine.request.devices = machine.put("devices.crt", "nothing"); }
  SUBCASE("one port for both") { machine.request.worker_port = machine.request.device_port; }
  SUBCASE("a line end in a path") { machine.request.key += "\nlistener 1"; }
  CHECK_FALSE(machine.write());
  CHECK(machine.written("mosquitto.conf").empty());
}

TEST_CASE("broker-config: what is on the broker's machine alone is written as it is, and named") {
  Machine machine;
  machine.request.key = "/etc/elsewhere/broker.key";
  machine.request.devices_crl = "/etc/elsewhere/revoked.pem";
  REQUIRE(machine.write());
  CHECK(machine.written("mosquitto.conf").find("\nkeyfile /etc/elsewhere/broker.key\n") != std::string::npos);
  CHECK(machine.written("mosquitto.conf").find("\ncrlfile /etc/elsewhere/revoked.pem\n") != std::string::npos);
  CHECK(machine.said.find("/etc/elsewhere/broker.key: not on this machine") != std::string::npos);
}

}  // namespace
}  // namespace greentill::credit::broker_config_test
