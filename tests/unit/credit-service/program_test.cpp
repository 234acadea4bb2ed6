// SPDX-License-Identifier: Apache-2.0
// The program's command line, apart from what its workers do.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "tests/unit/cli/temp_folder.hpp"

namespace {

struct Run {
  int code = -1;
  std::string said;  // on both streams
};

Run run(const greentill::test::TempFolder& folder, const std::string& arguments) {
  const std::string said = (folder / "said").string();
  const std::string command = GREENTILL_BINARY_DIR "/bin/greentill-credit " + arguments + " >" + said + " 2>&1 </dev/null";
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  return {WEXITSTATUS(status), greentill::test::read_all(said)};
}

TEST_CASE("greentill-credit: its help goes by its name, not by where it lies") {
  const greentill::test::TempFolder folder;
  const Run help = run(folder, "--help");
  CHECK(help.code == 0);
  CHECK(help.said.find("Usage: greentill-credit ") != std::string::npos);
  CHECK(run(folder, "--version").said.starts_with("greentill-credit "));
  CHECK(run(folder, "dance").code == 2);
}

std::string config_with(const std::string& server) {
  return "database = \"ledgr.db\"\ndevices = \".\"\nmethodologies = \"" GREENTILL_SOURCE_DIR
         "/config/methodologies\"\nprogramme = \"" GREENTILL_SOURCE_DIR "/config/programme.toml\"\n[broker]\nserver = \"" +
         server + "\"\nauthorities = \"a\"\ncertificate = \"b\"\nkey = \"c\"\n";
}

TEST_CASE("greentill-credit: books that are not there are not found to balance, and not made") {
  const greentill::test::TempFolder folder;
  const auto config = folder.write("credit.toml", config_with("mqtts://localhost:1"));
  for (const std::string command : {"check", "report", "report --json"}) {
    const Run missing = run(folder, command + " --config " + config.string());
    CHECK(missing.code == 1);
    CHECK(missing.said.find("ledgr.db: there is no ledger here") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "ledgr.db"));
  }
}

TEST_CASE("greentill-credit: a broker's address that is none is refused before anything is opened") {
  const greentill::test::TempFolder folder;
  for (const char* server : {"localhost:8883", "tcp://broker.example:1883", ""}) {
    const auto config = folder.write("credit.toml", config_with(server));
    const Run refused = run(folder, "run --config " + config.string());
    CHECK(refused.code == 1);
    CHECK(refused.said.find("credit.toml:6") != std::string::npos);
    CHECK(refused.said.find("broker.server") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "ledgr.db"));
  }
}

}  // namespace
