// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/stderr_log.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wait.hpp"

using namespace greentill;
using greentill::test::eventually;

namespace {

/// A pipe that a log writes to. Its writing end stays open: a log's thread that hangs there uses it until the other end closes.
struct LogPipe {
  LogPipe() { REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
  ~LogPipe() { close_reader(); }
  LogPipe(const LogPipe&) = delete;
  LogPipe& operator=(const LogPipe&) = delete;

  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  /// Nothing goes in any more until it is read.
  void fill() {
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (::write(ends[1], ".", 1) == 1) continue;
    ::fcntl(ends[1], F_SETFL, 0);
  }
  /// Takes what is there, without waiting.
  const std::string& read() {
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    char bytes[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], bytes, sizeof(bytes))) > 0;) text.append(bytes, static_cast<std::size_t>(got));
    return text;
  }
  bool gets(const std::string& what) {
    return eventually([&] { return read().find(what) != std::string::npos; });
  }

  int ends[2] = {-1, -1};
  std::string text;
};

const std::string kLong(200, 'x');

void flood(StderrLog& log) {
  for (int i = 0; log.lines_lost() < 100; ++i) log.write(LogLevel::info, "flood", kLong + std::to_string(i));
}

/// Whether the limit of a file's size has raised SIGXFSZ, which stays pending where it is blocked.
bool a_write_was_refused() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    const auto status = read_file(task.path() / "status");
    const std::size_t at = status ? status->find("SigPnd:\t") : std::string::npos;
    if (at != std::string::npos && (std::stoull(status->substr(at + 8, 16), nullptr, 16) >> (SIGXFSZ - 1) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

// These two come first, while no thread of another test may hang in a write: a fork of many threads is not for starting more.

TEST_CASE("log: where standard error is closed, no file that is opened later gets the lines") {
  const pid_t child = ::fork();
  if (child == 0) {
    for (int number = 0; number < 3; ++number) ::close(number);
    const StderrLog log(LogLevel::info);
    ::_exit(::open("/dev/null", O_RDONLY) > 2 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("log: an exception that nobody catches ends a program whose log is not read") {
  LogPipe pipe;
  const auto ends_by_abort = [&pipe] {
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(pipe.ends[1], STDERR_FILENO);
      ::signal(SIGABRT, SIG_DFL);  // doctest's own would report it
      const StderrLog log(LogLevel::info);
      std::thread([] { throw std::runtime_error("a bug of ours"); }).join();
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  };
  CHECK(ends_by_abort());
  CHECK(pipe.read() == "an exception was not caught: a bug of ours\n");
  pipe.fill();
  CHECK(ends_by_abort());
}

TEST_CASE("log: nobody waits for a pipe that is not read; once it is, the rest comes with the number of lost lines") {
  LogPipe pipe;
  pipe.fill();
  StderrLog log(LogLevel::info, pipe.ends[1]);
  flood(log);
  log.write(LogLevel::error, "engine", "an error finds room");
  CHECK(pipe.gets(" error engine: an error finds room\n"));
  CHECK(pipe.gets("100 lines were left out from "));
  CHECK(pipe.text.find("(errors: 0, warnings: 0): nobody read them in time\n") != std::string::npos);
  log.write(LogLevel::info, "engine", "all is well");
  CHECK(pipe.gets(" info engine: all is well\n"));
  CHECK(log.lines_lost() == 100);
}

TEST_CASE("log: a program ends in spite of a pipe that is not read") {
  LogPipe pipe;
  pipe.fill();
  StderrLog log(LogLevel::info, pipe.ends[1]);
  flood(log);
}

TEST_CASE("log: what was said last is written before the program ends, at whatever level it was said") {
  LogPipe pipe;
  {
    StderrLog log(LogLevel::error, pipe.ends[1]);
    log.write(LogLevel::warning, "engine", "not wanted");
    log.set_least(LogLevel::warning);
    log.write(LogLevel::warning, "engine", "wanted");
    log.complain("greentilld", "it cannot start");
  }
  CHECK(pipe.read().find("not wanted") == std::string::npos);
  CHECK(pipe.text.find(" warning engine: wanted\n") != std::string::npos);
  CHECK(pipe.text.ends_with(" error greentilld: it cannot start\n"));
}

TEST_CASE("log: a reader that is gone ends nobody") {
  LogPipe pipe;
  pipe.close_reader();
  StderrLog log(LogLevel::info, pipe.ends[1]);
  flood(log);
}

TEST_CASE("log: a descriptor that somebody made non-blocking loses nothing that is read in time") {
  LogPipe pipe;
  ::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
  StderrLog log(LogLevel::info, pipe.ends[1]);
  const int more_than_the_pipe_holds = 300;
  for (int i = 0; i < more_than_the_pipe_holds; ++i) log.write(LogLevel::info, "test", kLong + std::to_string(i) + ';');
  CHECK(pipe.gets("299;\n"));
  for (int i = 0; i < more_than_the_pipe_holds; ++i) CHECK(pipe.text.find('x' + std::to_string(i) + ";\n") != std::string::npos);
  CHECK(log.lines_lost() == 0);
}

TEST_CASE("log: a file without room ends nobody and is written on when there is some") {
  const test::TempDir folder;
  const int file = ::open((folder / "log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{1000, before.rlim_max};
  StderrLog log(LogLevel::info, file);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  flood(log);
  CHECK(eventually(a_write_was_refused));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::string text;
  CHECK(eventually([&] {
    text = *read_file(folder / "log");
    return text.find("they could not be written: File too large\n") != std::string::npos;
  }));
  for (int i = 0; i < 100; ++i) CHECK(text.find(" info flood: " + kLong + std::to_string(i) + '\n') != std::string::npos);
}

TEST_CASE("log: a terminal that was stopped with Ctrl-S stops nobody") {
  int master = -1;
  int terminal = -1;
  REQUIRE(::openpty(&master, &terminal, nullptr, nullptr, nullptr) == 0);
  REQUIRE(::tcflow(terminal, TCOOFF) == 0);
  {
    StderrLog log(LogLevel::info, terminal);
    flood(log);
  }
  REQUIRE(::tcflow(terminal, TCOON) == 0);
  ::close(master);  // a thread that hangs ends with it
}
