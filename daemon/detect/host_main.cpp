// SPDX-License-Identifier: Apache-2.0
// Started by greentilld alone: greentill-plugin-host <pid of greentilld>, with its socket at descriptor 3.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "daemon/detect/host.hpp"

namespace greentill::detect::host {

CallTimer::CallTimer(unsigned seconds) { ::alarm(seconds); }
CallTimer::~CallTimer() { ::alarm(0); }

namespace {

void send_log(void* context, LogLevel level, std::string_view message) {
  // Where the daemon is gone nobody reads it, and the next receive ends the host.
  (void)static_cast<FrameChannel*>(context)->send(encode_log(static_cast<std::uint64_t>(level), message), kForever);
}

Status serve(FrameChannel& channel) {
  auto frame = channel.receive(kForever);
  if (!frame || !*frame) return Done{};
  FrameReader reader(**frame);
  if (reader.kind() != Message::hello) return fail(ErrorCode::bug, "the first message must be the hello");
  const Hello hello = reader.hello();
  if (Status whole = reader.end(); !whole) return whole;
  auto module = PluginModule::load(hello.library);
  if (!module) return Failure{module.error()};
  HostServices services(&send_log, &channel);
  return hello.role == Role::detector ? serve_detector(channel, *module, hello, services)
                                      : serve_source(channel, *module, hello, services);
}

/// A terminal's Ctrl-C and a service manager's stop reach every process of the group: the daemon still needs its plugins then,
/// and ends them itself.
void leave_the_end_to_the_daemon() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_IGN);
}

/// Asked for after the parent is gone, the signal would never come: so look whether it is.
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
  leave_the_end_to_the_daemon();
  FrameChannel channel(kHostSocket);
  const Status served = serve(channel);
  if (served) return 0;
  (void)channel.send(encode_text(Message::failed, served.error().message), Timeout(1000));
  return 1;
}

}  // namespace
}  // namespace greentill::detect::host

int main(int count, char** arguments) { return greentill::detect::host::run(count, arguments); }
