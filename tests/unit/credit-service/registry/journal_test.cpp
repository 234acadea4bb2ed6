// SPDX-License-Identifier: Apache-2.0
// The registry's file beside the ledger: what a restored backup lacks is made again, whenever the program was killed.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "daemon/base/file.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/cli/registry.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/registry/journal.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit::journal_test {
namespace {

namespace fs = std::filesystem;

/// A configuration whose registry is changed by the commands themselves.
struct Site {
  test::TempDir folder;
  Site() {
    std::ofstream(folder / "programme.toml") << test::kPlainProgramme;
    std::ofstream(config())
        << "database = \"ledger.db\"\nmethodologies = \"" GREENTILL_SOURCE_DIR
           "/config/methodologies\"\nprogramme = \"programme.toml\"\n[broker]\nserver = "
           "\"mqtts://localhost:1\"\nshare_group = \"none\"\nauthorities = \"none\"\ncertificate = \"none\"\nkey = \"none\"\n";
  }
  [[nodiscard]] fs::path config() const { return folder / "credit.toml"; }
  [[nodiscard]] fs::path database() const { return folder / "ledger.db"; }
  [[nodiscard]] fs::path journal() const { return folder / "ledger.db.registry"; }

  [[nodiscard]] std::string add(const std::string& command, std::map<std::string, std::string> fields) const {
    return said(add_to_registry, command, std::move(fields));
  }
  [[nodiscard]] std::string change(const std::string& command, std::map<std::string, std::string> fields) const {
    fields.emplace("why", "because");
    return said(change_registry, command, std::move(fields));
  }
  [[nodiscard]] std::string merchant(const std::string& id) const {
    return add("merchant add", {{"id", id}, {"name", id}, {"zone", "Europe/Helsinki"}});
  }
  [[nodiscard]] std::string replay() const {
    std::ostringstream out;
    const Status done = replay_registry(config(), Output{false, out});
    return done ? out.str() : done.error().message;
  }
  /// Everything that the registry holds.
  [[nodiscard]] std::string dump() const {
    auto store = open_sqlite_store(database());
    REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
    RegistryStore& registry = (*store)->registry();
    std::string all = std::to_string(registry.registry_step().value()) + '\n';
    const auto add = [&all](const auto& things) {
      for (const auto& one : things.value()) all += to_json(one).dump() + '\n';
    };
    add(registry.merchants());
    add(registry.roots());
    add(registry.devices());
    add(registry.keys(""));
    add(registry.locks());
    add(registry.audit({}));
    const auto keys = registry.keys("").value();
    for (const DeviceKey& key : keys) {
      for (const IssuedCertificate& one : key.certificates) all += one.pem;
    }
    return all;
  }
  /// The database alone, as a backup of it is made.
  void back_up(const std::string& name) const {
    std::error_code ignored;
    fs::create_directory(folder / name);
    for (const std::string end : {"", "-wal"}) {
      const fs::path file = database().string() + end;
      if (fs::exists(file)) fs::copy_file(file, folder / name / file.filename());
    }
  }
  void restore(const std::string& name) const {
    for (const std::string end : {"", "-wal", "-shm", ".mark"}) fs::remove(database().string() + end);
    for (const auto& entry : fs::directory_iterator(folder / name)) fs::copy_file(entry.path(), folder / entry.path().filename());
  }

 private:
  template <typename Command>
  std::string said(Command command, const std::string& name, std::map<std::string, std::string> fields) const {
    Given given;
    given.command = name;
    given.fields = std::move(fields);
    std::ostringstream out;
    const Status done = command(config(), given, Output{false, out});
    return done ? "" : done.error().message;
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
#define CHECK_HAS(text, part) CHECK_MESSAGE(has(text, part), text)

}  // namespace

TEST_CASE("registry: every kind of change that a restored ledger lacks is made again, with its author and time") {
  const Site at;
  const test::TestAuthority root("Root");
  const auto put = [&](const std::string& name, const std::string& text) {
    std::ofstream(at.folder / name) << text;
    return (at.folder / name).string();
  };
  CHECK(at.merchant("cafe") == "");
  at.back_up("early");
  CHECK(at.merchant("heir") == "");
  CHECK(at.add("root add", {{"name", "cafe"}, {"owner", "cafe"}}) == "");
  CHECK(at.add("root add", {{"name", "heir"}, {"owner", "heir"}}) == "");
  CHECK(at.change("root reporter", {{"root", "cafe"}, {"merchant", "heir"}}) == "");
  CHECK(at.change("root version", {{"root", "cafe"}, {"from", "2999-01-01"}}) == "");
  CHECK(at.change("root withdraw", {{"root", "heir"}, {"version", "1"}}) == "");
  for (const std::string id : {"till-1", "till-2"}) {
    CHECK(at.add("device add", {{"id", id}, {"class", "till"}, {"merchant", "cafe"}, {"site", "s"}, {"root", "cafe"}}) == "");
  }
  CHECK(at.add("key add", {{"device", "till-1"}, {"file", put("a.crt", root.issue("till-1").certificate)}}) == "");
  CHECK(at.change("key replace", {{"device", "till-1"}, {"file", put("b.crt", root.issue("till-1").certificate)}}) == "");
  CHECK(at.change("merchant successor", {{"old", "cafe"}, {"new", "heir"}, {"from", "2026-12-01"}}) == "");
  CHECK(at.change("device revoke", {{"id", "till-1"}, {"since", "2026-01-01"}}) == "");
  CHECK(at.change("device retire", {{"id", "till-2"}}) == "");
  const std::string before = at.dump();
  at.restore("early");
  CHECK(at.dump() != before);
  CHECK_HAS(at.merchant("new"), "has 13 changes of the registry that this ledger does not have");
  CHECK(at.replay() == "13 changes of the registry made again\n");
  CHECK(at.dump() == before);
  CHECK(at.replay() == "0 changes of the registry made again\n");
  CHECK(at.merchant("new") == "");
}

TEST_CASE("registry: a change that was torn off its file is none, one that only the file has is made before the next") {
  const Site at;
  CHECK(at.merchant("a") == "");
  at.back_up("early");
  CHECK(at.merchant("b") == "");
  const std::string whole = read_file(at.journal()).value();
  // The program died while it wrote the line: nothing was committed.
  at.restore("early");
  std::ofstream(at.journal(), std::ios::trunc) << whole.substr(0, whole.size() - 9);
  CHECK(at.replay() == "0 changes of the registry made again\n");
  CHECK(at.merchant("c") == "");
  CHECK(std::ranges::count(read_file(at.journal()).value(), '\n') == 2);
  CHECK_FALSE(has(at.dump(), "\"b\""));
  // It died between the line and the commit.
  at.restore("early");
  std::ofstream(at.journal(), std::ios::trunc) << whole;
  CHECK_HAS(at.merchant("c"), "has 1 change of the registry that this ledger does not have");
  CHECK(at.replay() == "1 change of the registry made again\n");
  CHECK(at.merchant("c") == "");
  CHECK(has(at.dump(), "\"b\""));
}

TEST_CASE("registry: a file of changes that is damaged, or another ledger's, is told by its line, and nothing is changed") {
  const Site at;
  const Site other;
  CHECK(at.merchant("a") == "");
  CHECK(other.merchant("a") == "");
  const std::string own = read_file(at.journal()).value();
  for (const std::string broken : {"no JSON\n", "[]\n", "{\"step\":\"x\",\"puts\":[]}\n", "{\"step\":2}\n"}) {
    std::ofstream(at.journal(), std::ios::trunc) << own << broken;
    CHECK_HAS(at.merchant("b"), "ledger.db.registry: line 2: it is no change of a registry");
  }
  std::ofstream(at.journal(), std::ios::trunc) << read_file(other.journal()).value();
  CHECK_HAS(at.merchant("b"), "ledger.db.registry: line 1: it is of another ledger");
  const std::string ledger = nlohmann::json::parse(own)["ledger"];
  for (const std::string puts :
       {"[1]", "[{\"merchant\":{}}]", "[{\"what\":1}]", "[{\"root\":{\"root\":7,\"name\":\"n\",\"owner\":\"a\"}}]"}) {
    std::ofstream(at.journal(), std::ios::trunc)
        << own << "{\"step\":2,\"ledger\":\"" << ledger << "\",\"puts\":" << puts << "}\n";
    CHECK_HAS(at.replay(), "the registry's change 2: ");
  }
  std::ofstream(at.journal(), std::ios::trunc) << own;
  CHECK(at.merchant("b") == "");
}

TEST_CASE("registry: whenever the program is killed, what it had answered is in the ledger and in the file") {
  const Site at;
  CHECK(at.merchant("first") == "");
  at.back_up("early");
  int pipes[2];
  REQUIRE(::pipe(pipes) == 0);
  std::size_t made = 0;
  for (int round = 0; round < 12; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (int i = 0;; ++i) {
        const bool done = at.merchant("m-" + std::to_string(round) + '-' + std::to_string(i)).empty();
        if (!done || ::write(pipes[1], "x", 1) != 1) ::_exit(1);
      }
    }
    char byte = 0;
    for (int i = 0; i < 3 + round % 4; ++i) {
      REQUIRE(::read(pipes[0], &byte, 1) == 1);
      ++made;
    }
    for (volatile int spin = 0; spin < 150'000 * round;) {  // anywhere in the next one
      spin = spin + 1;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    static_cast<void>(at.replay());  // the change that it died over
  }
  ::close(pipes[0]);
  ::close(pipes[1]);
  const std::string before = at.dump();
  CHECK(static_cast<std::size_t>(std::ranges::count(read_file(at.journal()).value(), '\n')) >= made + 1);
  at.restore("early");
  static_cast<void>(at.replay());
  const bool same = at.dump() == before;
  CHECK(same);
}

}  // namespace greentill::credit::journal_test
