// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/detect/wire.hpp"

namespace greentill::detect {
namespace {

/// What the child starts with: its socket, no input, our standard error, and every signal as the system sets it.
class SpawnPlan {
 public:
  explicit SpawnPlan(int socket) {
    posix_spawn_file_actions_init(&files_);
    // First: the socket may have one of the numbers that the lines below give away.
    posix_spawn_file_actions_adddup2(&files_, socket, kHostSocket);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files_, kHostSocket + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int run(pid_t& pid, const std::filesystem::path& program) {
    std::string name = program.string();
    std::string parent = std::to_string(::getpid());
    char* arguments[] = {name.data(), parent.data(), nullptr};
    return posix_spawn(&pid, program.c_str(), &files_, &attributes_, arguments, environ);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Result<std::unique_ptr<Child>> Child::spawn(const std::filesystem::path& host_program) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail(ErrorCode::io, std::string("no socket pair for a plugin: ") + std::strerror(errno));
  }
  pid_t pid = -1;
  const int error = SpawnPlan(ends[1]).run(pid, host_program);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return fail(ErrorCode::io, host_program.string() + ": it cannot be started: " + std::strerror(error));
  }
  return std::unique_ptr<Child>(new Child(pid, ends[0]));
}

Child::~Child() {
  if (pid_ > 0) end();
}

std::string Child::end() {
  // One that has just crashed shows how only a moment after its socket closed; SIGKILL does not change the verdict of the dead.
  int status = 0;
  pid_t waited = ::waitpid(pid_, &status, WNOHANG);
  const bool by_us = waited == 0;
  if (by_us) {
    ::kill(pid_, SIGKILL);
    do waited = ::waitpid(pid_, &status, 0);
    while (waited < 0 && errno == EINTR);
  }
  pid_ = -1;
  if (WIFEXITED(status)) return "exited with status " + std::to_string(WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return "ended";
  const int signal = WTERMSIG(status);
  if (by_us && signal == SIGKILL) return "was stopped";
  if (signal == SIGALRM) return "did not return in its time and was ended";
  return "was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

}  // namespace greentill::detect
