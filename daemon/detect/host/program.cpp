// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/host/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <thread>

#include "daemon/detect/child.hpp"
#include "daemon/detect/host/sandbox.hpp"
#include "greentill/exec_streams.h"

namespace greentill::detect::host {
namespace {

// Above the numbers that the pipes get below.
constexpr int kFirstFree = 16;
constexpr int kEndTries = 40;

struct Pipe {
  int read = -1;
  int write = -1;

  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ::fcntl(ends[0], F_DUPFD_CLOEXEC, kFirstFree);
    write = ::fcntl(ends[1], F_DUPFD_CLOEXEC, kFirstFree);
    ::close(ends[0]);
    ::close(ends[1]);
    return read >= 0 && write >= 0;
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// The files that a program consists of: the executable, and the scripts or settings that its arguments name.
std::vector<std::string> files_of(const std::vector<std::string>& program) {
  std::vector<std::string> files;
  for (const std::string& argument : program) {
    if (!argument.empty() && argument.front() == '/' && ::access(argument.c_str(), F_OK) == 0) files.push_back(argument);
  }
  return files;
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Becomes the program. Through `report` it sends one byte and then what could not be confined, cut at some hundred bytes; where
/// the program cannot be started, the reason.
[[noreturn]] void become(const Hello& hello, const Pipe& input, const Pipe& output, int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  reset_signals();
  ::dup2(input.read, STDIN_FILENO);
  ::dup2(output.write, STDOUT_FILENO);
  const Confinement confinement{Confinement::Of::program, hello.grants, files_of(hello.program), hello.memory_bytes,
                                hello.secrets};
  std::vector<std::string> arguments = hello.program;
  std::vector<std::string> environment;
  for (const auto& [name, value] : hello.environment) environment.push_back(name + "=" + value);
  std::string problem;
  if (auto confined = confine(confinement); confined) {
    if (!confined->empty()) (void)!::write(report, ("n" + *confined).data(), confined->size() + 1);
    const std::vector<char*> given = pointers(arguments);
    const std::vector<char*> known = pointers(environment);
#ifdef GREENTILL_SANITIZED
    (void)limit_memory(confinement);
#endif
    ::execve(arguments[0].c_str(), given.data(), known.data());
    problem = std::string("it cannot be started: ") + std::strerror(errno);
  } else {
    problem = confined.error().message;
  }
  problem.insert(0, "\n");
  (void)!::write(report, problem.data(), problem.size());
  ::_exit(127);
}

std::string read_to_the_end(int descriptor) {
  std::string all;
  char bytes[512];
  for (;;) {
    const ssize_t got = ::read(descriptor, bytes, sizeof(bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(bytes, static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<std::unique_ptr<Program>> Program::start(const Hello& hello, std::string& note) {
  Pipe input;
  Pipe output;
  Pipe report;
  if (!input.open() || !output.open() || !report.open()) {
    return fail(ErrorCode::unavailable, std::string("no pipes for a program: ") + std::strerror(errno));
  }
  // The end of the program shows as the end of its output. A write to a pipe that nobody reads must fail, not end the host by a
  // signal.
  ::signal(SIGPIPE, SIG_IGN);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(ErrorCode::unavailable, std::string("no process for a program: ") + std::strerror(errno));
  if (pid == 0) become(hello, input, output, report.write);
  for (const int descriptor : {input.read, output.write, report.write}) ::close(descriptor);
  const std::string told = read_to_the_end(report.read);
  ::close(report.read);
  ::dup2(output.read, GT_EXEC_OUTPUT);
  ::dup2(input.write, GT_EXEC_INPUT);
  ::close(output.read);
  ::close(input.write);
  const std::size_t line = told.find('\n');
  if (line != std::string::npos) {
    ::waitpid(pid, nullptr, 0);
    return fail(ErrorCode::unavailable, hello.program[0] + ": " + told.substr(line + 1));
  }
  if (!told.empty()) note = told.substr(1);
  return std::unique_ptr<Program>(new Program(pid));
}

std::string Program::how_it_ended() {
  int status = 0;
  for (int tries = 0; tries < kEndTries; ++tries) {
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      if (WIFSIGNALED(status)) signal_ = WTERMSIG(status);
      return "the program " + text_of_end(status);
    }
    pollfd output{GT_EXEC_OUTPUT, POLLIN, 0};
    ::poll(&output, 1, 0);
    if ((output.revents & POLLHUP) == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {};
}

bool Program::was_asked_to_end() const {
  // A program may end by itself when it is asked to. A service's stop asks its host too, where that is left pending (main.cpp).
  sigset_t pending;
  sigemptyset(&pending);
  ::sigpending(&pending);
  return std::any_of(std::begin(kStopSignals), std::end(kStopSignals),
                     [&](int number) { return signal_ == number || ::sigismember(&pending, number) == 1; });
}

}  // namespace greentill::detect::host
