// SPDX-License-Identifier: Apache-2.0
// The program as the service manager runs it.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tests/unit/printer-relay/fixture.hpp"

extern char** environ;

namespace greentill::relay {
namespace {

using namespace test;

class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), GREENTILL_BINARY_DIR "/bin/greentill-printer-relay");
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    REQUIRE(::posix_spawn(&pid_, words[0], nullptr, nullptr, words.data(), environ) == 0);
  }
  ~Process() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), wait();
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  void signal(int number) const { ::kill(pid_, number); }
  /// The exit code; 128 and the signal where one ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

TEST_CASE("relay program: it prints and copies, and SIGTERM ends it with 0") {
  Printer printer(Printer::answer);
  greentill::test::TempDir spool;
  const std::uint16_t port = free_port();
  Process relay({"--listen", "127.0.0.1:" + std::to_string(port), "--printer", "127.0.0.1:" + std::to_string(printer.port()),
                 "--spool", spool.path().string()});
  REQUIRE(greentill::test::eventually([&] {
    try {
      Till till(port);
      return till.send("Tea\n") && till.receive(4) == Printer::answer_to("Tea\n");
    } catch (const std::runtime_error&) {
      return false;
    }
  }));
  relay.signal(SIGTERM);
  CHECK(relay.wait() == 0);
  std::size_t copies = 0;
  for (const auto& entry : std::filesystem::directory_iterator(spool.path())) copies += read(entry.path()) == "Tea\n" ? 1 : 0;
  CHECK(copies == 1);
}

TEST_CASE("relay program: what is wrong with the command line, and what keeps it from starting, are told apart") {
  CHECK(Process({}).wait() == 2);
  CHECK(Process({"--printer", "x:y"}).wait() == 2);
  CHECK(Process({"--printer", "x", "--listen", ":"}).wait() == 2);
  CHECK(Process({"--printer", "x", "--spool", "/nowhere"}).wait() == 4);
  CHECK(Process({"--printer", "x", "--listen", "192.0.2.1:9100", "--allow", "192.0.2.0/24"}).wait() == 4);
  CHECK(Process({"--printer", "x", "--listen", "192.0.2.1:9100", "--allow", "192.0.2.0/33"}).wait() == 2);
  // Open to whoever reaches it: only where that is said.
  CHECK(Process({"--printer", "x", "--listen", "192.0.2.1:9100"}).wait() == 2);
  CHECK(Process({"--version"}).wait() == 0);
}

}  // namespace
}  // namespace greentill::relay
