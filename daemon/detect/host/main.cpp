// SPDX-License-Identifier: Apache-2.0
// Started by greentilld alone: greentill-plugin-host <pid of greentilld>, with its socket at descriptor 3 and its page at 4.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "daemon/detect/host/host.hpp"
#include "daemon/detect/host/sandbox.hpp"

#ifdef GREENTILL_SANITIZED
// The leak check stops all threads from another process, which a plugin's host may not start.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

namespace greentill::detect::host {

namespace {

void set_timer(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const itimerval value{{0, 0}, {seconds.count(), static_cast<suseconds_t>((time - seconds).count() * 1000)}};
  ::setitimer(ITIMER_REAL, &value, nullptr);
}

}  // namespace

CallTimer::CallTimer(std::chrono::milliseconds time) { set_timer(time); }
CallTimer::~CallTimer() { set_timer(std::chrono::milliseconds(0)); }

CallPause::CallPause() {
  const itimerval none{};
  ::setitimer(ITIMER_REAL, &none, &left_);
}
CallPause::~CallPause() { ::setitimer(ITIMER_REAL, &left_, nullptr); }

void report_failure(const Host& host, const Error& error) {
  std::string reason = error.message;
  if (const std::string end = host.program == nullptr ? "" : host.program->how_it_ended(); !end.empty()) reason += "; " + end;
  // A program that was asked to end is not lost over what it was reading.
  if (host.program != nullptr && host.program->was_asked_to_end()) host.attempts->write({}, 0, false);
  (void)host.channel.send(encode_text(Message::failed, reason), Timeout(1000));
}

namespace {

// A source's work can wait for a sale's.
constexpr int kSourceNiceness = 5;

void send_log(void* context, LogLevel level, std::string_view message) {
  const CallPause waiting;
  // Where the daemon is gone the message is lost, and the next receive ends the host.
  (void)static_cast<FrameChannel*>(context)->send(encode_log(static_cast<std::uint64_t>(level), message), kForever);
}

/// Confines the host and starts the exec program. No foreign code has run in this process when it returns.
Status prepare(Host& host, std::unique_ptr<Program>& program) {
  const Hello& hello = host.hello;
  if (hello.role == Role::source) ::setpriority(PRIO_PROCESS, 0, kSourceNiceness);
  std::string missing;
  Confinement confinement{Confinement::Of::plugin, {}, {hello.library}, hello.memory_bytes, hello.secrets};
  if (hello.program.empty()) {
    confinement.grants = hello.grants;
  } else {
    auto started = Program::start(hello, missing);
    if (!started) return Failure{started.error()};
    program = std::move(*started);
    host.program = program.get();
  }
  // A missing library is reported better by the code that loads it than by Landlock.
  if (::access(hello.library.c_str(), F_OK) != 0) confinement.files.clear();
  auto confined = confine(confinement);
  if (!confined) return Failure{confined.error()};
  if (hello.program.empty()) missing = std::move(*confined);
  if (!missing.empty()) send_log(&host.channel, LogLevel::warning, missing);
  return Done{};
}

void serve(FrameChannel& channel, AttemptPage& attempts) {
  auto frame = channel.receive(kForever);
  if (!frame || !*frame) return;
  FrameReader reader(**frame);
  const bool is_hello = reader.kind() == Message::hello;
  const Hello hello = reader.hello();
  HostServices services(&send_log, &channel);
  Host host{channel, services, hello, nullptr, &attempts};
  Status good = reader.end();
  if (good && !is_hello) good = fail(ErrorCode::bug, "the first message must be the hello");
  std::unique_ptr<Program> program;
  if (good) good = prepare(host, program);
  if (!good) return report_failure(host, good.error());
  hello.role == Role::detector ? serve_detector(host) : serve_source(host);
}

/// Ctrl-C on a terminal and a service manager's stop signal every process of the service. The daemon still needs its plugins
/// then, and ends them itself. They are blocked as well, so that one that came stays pending for Program::was_asked_to_end().
void leave_the_end_to_the_daemon() {
  sigset_t stops;
  sigemptyset(&stops);
  for (const int number : kStopSignals) {
    ::signal(number, SIG_IGN);
    sigaddset(&stops, number);
  }
  ::sigprocmask(SIG_BLOCK, &stops, nullptr);
}

/// If the parent ended before this call, the signal never comes: so the parent's number is compared afterwards.
bool tie_to_parent(const char* parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return std::to_string(::getppid()) == parent;
}

int run(int count, char** arguments) {
  struct stat status {};
  if (count != 2 || ::fstat(kHostSocket, &status) != 0 || !S_ISSOCK(status.st_mode)) {
    std::fputs("greentill-plugin-host is started by greentilld and does nothing by itself\n", stderr);
    return 2;
  }
  if (!tie_to_parent(arguments[1])) return 1;
  ::fcntl(kHostSocket, F_SETFD, FD_CLOEXEC);
  leave_the_end_to_the_daemon();
  auto attempts = AttemptPage::inherited(kHostAttempt);
  if (!attempts) return 1;
  FrameChannel channel(kHostSocket);
  serve(channel, *attempts);
  return 0;
}

}  // namespace
}  // namespace greentill::detect::host

int main(int count, char** arguments) { return greentill::detect::host::run(count, arguments); }
