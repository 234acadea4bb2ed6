// SPDX-License-Identifier: Apache-2.0
// The program's command line, apart from what its workers do.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/support/at_rest.hpp"
#include "tests/support/broker.hpp"
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
  for (const char* wrong :
       {"dance", "held", "held show", "held list --reason duplicate", "statement --by tree", "refusals --reason mood"}) {
    CHECK(run(folder, wrong).code == 2);
  }
}

std::string config_with(const std::string& server, const std::string& name = "b") {
  return "database = \"ledgr.db\"\nmethodologies = \"" GREENTILL_SOURCE_DIR
         "/config/methodologies\"\nprogramme = \"" GREENTILL_SOURCE_DIR "/config/programme.toml\"\n[broker]\nserver = \"" +
         server + "\"\nshare_group = \"share-group\"\nauthorities = \"ca.crt\"\ncertificate = \"" + name + ".crt\"\nkey = \"" +
         name + ".key\"\n";
}

TEST_CASE("greentill-credit: books that are not there are not found to balance, and not made") {
  const greentill::test::TempFolder folder;
  const auto config = folder.write("credit.toml", config_with("mqtts://localhost:1"));
  for (const std::string command : {"check", "report", "report --json", "devices", "refusals", "pending", "statement",
                                    "held list", "held list --claims", "held show 3"}) {
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
    CHECK(refused.said.find("credit.toml:5") != std::string::npos);
    CHECK(refused.said.find("broker.server") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "ledgr.db"));
  }
}

TEST_CASE("greentill-credit: a keep-alive out of bounds is refused by its key, and a password in the address is not repeated") {
  const greentill::test::TempFolder folder;
  const auto said_of = [&folder](const std::string& text) {
    return run(folder, "report --config " + folder.write("credit.toml", text).string()).said;
  };
  for (const char* seconds : {"4", "3601", "\"60\""}) {
    CHECK(said_of(config_with("mqtts://localhost:1") + "keep_alive_s = " + seconds + "\n").find("broker.keep_alive_s") !=
          std::string::npos);
  }
  CHECK(said_of(config_with("mqtts://localhost:1") + "keep_alive_s = 45\n").find("there is no ledger here") != std::string::npos);
  const std::string said = said_of(config_with("mqtts://credit:opensesame@localhost:8883"));
  CHECK(said.find("the certificate says who we are") != std::string::npos);
  CHECK(said.find("opensesame") == std::string::npos);
}

/// What it says on its standard error until that is among it; it is ended then.
std::string said_until(const std::string& part, const greentill::test::TempFolder& folder, const std::string& arguments) {
  const std::string said = (folder / "said").string();
  std::filesystem::remove(said);
  const std::string command = "exec " GREENTILL_BINARY_DIR "/bin/greentill-credit " + arguments + " 2>" + said;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  CHECK(greentill::test::eventually([&] {
    const auto state = greentill::test::thread_state("/proc/" + std::to_string(child));
    return greentill::test::read_all(said).find(part) != std::string::npos || !state || state->has_ended;
  }));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return greentill::test::read_all(said);
}

TEST_CASE("greentill-credit: a certificate to which the broker gives no claims is warned of at the start") {
  const greentill::test::TempFolder folder;
  greentill::test::make_certificates(folder / ".", {});
  // A receipt's signer by its usage, with another name.
  const std::string make =
      "cd '" + (folder / ".").string() +
      "' && openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=booker -keyout booker.key "
      "-out booker.csr 2>/dev/null && printf 'keyUsage = digitalSignature\nextendedKeyUsage = clientAuth, "
      "2.25.207861434512389410537416087632598513417\n' >ext && openssl x509 -req -in booker.csr -CA ca.crt -CAkey "
      "ca.key -set_serial 5 -days 9 -extfile ext -out booker.crt 2>/dev/null";
  REQUIRE(std::system(make.c_str()) == 0);
  for (const std::string name : {"booker", "service"}) {
    const auto config = folder.write("credit.toml", config_with("mqtts://localhost:1", name));
    std::filesystem::permissions(folder.write("share-group", "0123456789abcdef"), std::filesystem::perms(0600));
    const std::string log = said_until("nothing listens there", folder, "run --config " + config.string());
    CAPTURE(log);
    CHECK((log.find("its common name is \"booker\", not \"credit\"") != std::string::npos) == (name == "booker"));
    CHECK(log.find("nothing listens there") != std::string::npos);
  }
}

}  // namespace
