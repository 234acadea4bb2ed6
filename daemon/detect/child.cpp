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

#include "daemon/base/descriptor.hpp"
#include "daemon/base/descriptors.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect {
namespace {

/// What a child starts with: its socket, its page, no input, a pipe for its output, and every signal at its default.
class SpawnPlan {
 public:
  /// Requires: all numbers are above kHostAttempt.
  SpawnPlan(int socket, int output, int attempts) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_adddup2(&files_, socket, kHostSocket);
    posix_spawn_file_actions_adddup2(&files_, attempts, kHostAttempt);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files_, kHostAttempt + 1);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
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
    char* nothing[] = {nullptr};
#ifdef GREENTILL_SANITIZED
    char** environment = environ;  // the sanitizers read their options there
    (void)nothing;
#else
    char** environment = nothing;
#endif
    return posix_spawn(&pid, program.c_str(), &files_, &attributes_, arguments, environment);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

/// The same file under a number above the descriptors that a child is given.
Descriptor above_childs(int descriptor) { return Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, kHostAttempt + 1)); }

struct Pair {
  Descriptor ours, childs;
};

template <typename Open>
bool open_pair(Pair& pair, const Open& open) {
  int made[2];
  if (open(made) != 0) return false;
  const Descriptor first(made[0]);
  const Descriptor second(made[1]);
  pair = {above_childs(made[0]), above_childs(made[1])};
  return pair.ours && pair.childs;
}

}  // namespace

Result<std::unique_ptr<Child>> Child::spawn(const std::filesystem::path& host_program) {
  auto attempts = AttemptPage::make();
  if (!attempts) return Failure{attempts.error()};
  const Descriptor page = above_childs(attempts->descriptor());
  Pair socket;
  Pair output;
  if (!page || !open_pair(socket, [](int* ends) { return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }) ||
      !open_pair(output, [](int* ends) { return ::pipe2(ends, O_CLOEXEC); })) {
    return fail(ErrorCode::io, "no socket pair or pipe for a plugin: " + system_words(errno));
  }
  pid_t pid = -1;
  const int error = SpawnPlan(socket.childs.get(), output.childs.get(), page.get()).run(pid, host_program);
  if (error != 0) return fail(ErrorCode::io, host_program.string() + ": it cannot be started: " + system_words(error));
  return std::unique_ptr<Child>(new Child(pid, socket.ours.release(), output.ours.release(), std::move(*attempts)));
}

Child::~Child() {
  if (pid_ > 0) kill_group();
}

std::string Child::end(PluginHealth& health) {
  std::string how = kill_group();
  output_.finish(health);
  return how;
}

std::string Child::kill_group() {
  // waitid() first tells whether the child ended by itself. WNOWAIT keeps its process number, which is also its group's, from
  // being given to another process before kill(). A child that has just crashed may show its end only a moment after its socket
  // closed; SIGKILL does not change how a dead process ended.
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  const bool by_us = info.si_pid == 0;
  ::kill(-pid_, SIGKILL);
  int status = 0;
  pid_t waited = 0;
  do waited = ::waitpid(pid_, &status, 0);
  while (waited < 0 && errno == EINTR);
  pid_ = -1;
  if (by_us && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return "was stopped";
  return text_of_end(status);
}

std::string text_of_end(int status) {
  if (WIFEXITED(status)) return "exited with status " + std::to_string(WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return "ended";
  const int signal = WTERMSIG(status);
  if (signal == SIGALRM) return "did not return in its time and was ended";
  return "was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

}  // namespace greentill::detect
