// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/host/sandbox.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace greentill::detect::host {
namespace {

constexpr rlim_t kOpenFiles = 64;
constexpr rlim_t kProgramOpenFiles = 128;
constexpr rlim_t kFileBytes = 64u << 20;
// Libraries, stacks and what a runtime reserves without using it take address space beyond the memory that is granted.
constexpr rlim_t kAddressSpaceBeyondMemory = rlim_t{2} << 30;
constexpr rlim_t kProcesses = 64;
// What the daemon's own watch (child_watch.hpp) cannot prevent within the second until it looks. Wide, since the tasks of the
// user's other processes count as well, and those may become more.
constexpr rlim_t kThreadsAtOnce = 512;

Status limit(int resource, rlim_t most, const char* what) {
  const rlimit wanted{most, most};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &wanted) == 0) return Done{};
  // Where the limit in force is lower already, setrlimit() fails: there is nothing to do.
  rlimit set{};
  ::getrlimit(static_cast<__rlimit_resource>(resource), &set);
  if (set.rlim_max <= most) return Done{};
  return fail(ErrorCode::unavailable, std::string("cannot limit ") + what + ": " + std::strerror(errno));
}

/// RLIMIT_NPROC counts all tasks of the user, so those that run already are added to what a program may start.
rlim_t tasks_of_this_user() {
  rlim_t count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    std::ifstream status(entry.path() / "status");
    bool ours = false;
    for (std::string word; status >> word;) {
      unsigned long value = 0;
      if (word == "Uid:") ours = status >> value && value == ::getuid();
      if (word == "Threads:" && status >> value && ours) count += value;
    }
  }
  return count;
}

}  // namespace

Status limit_resources(const Confinement& confinement) {
  const bool program = confinement.of == Confinement::Of::program;
  if (Status done = limit(RLIMIT_CORE, 0, "core dumps"); !done) return done;
  if (Status done = limit(RLIMIT_NOFILE, program ? kProgramOpenFiles : kOpenFiles, "open files"); !done) return done;
  if (Status done = limit(RLIMIT_FSIZE, kFileBytes, "the size of files"); !done) return done;
  if (Status done = limit(RLIMIT_MSGQUEUE, 0, "message queues"); !done) return done;
  const rlim_t more = program ? kProcesses : kThreadsAtOnce;
  if (Status done = limit(RLIMIT_NPROC, tasks_of_this_user() + more, "processes"); !done) return done;
#ifdef GREENTILL_SANITIZED
  // The sanitizers' shadow memory takes terabytes of address space. A program is limited later, right before it is executed.
  return Done{};
#else
  return limit_memory(confinement);
#endif
}

Status limit_memory(const Confinement& confinement) {
  if (Status done = limit(RLIMIT_DATA, confinement.memory_bytes, "memory"); !done) return done;
  return limit(RLIMIT_AS, confinement.memory_bytes + kAddressSpaceBeyondMemory, "the address space");
}

Status drop_powers() {
  // Only root has capabilities to drop here; for an ordinary user PR_CAPBSET_DROP fails, and that is right.
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) ::prctl(PR_CAPBSET_DROP, capability);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  if (::syscall(SYS_capset, &header, none) != 0) {
    return fail(ErrorCode::unavailable, std::string("cannot drop capabilities: ") + std::strerror(errno));
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail(ErrorCode::unavailable, std::string("cannot refuse new privileges: ") + std::strerror(errno));
  }
  return Done{};
}

Result<std::string> confine(const Confinement& confinement) {
  bool signals_held = false;
  if (Status done = limit_resources(confinement); !done) return Failure{done.error()};
  if (Status done = drop_powers(); !done) return Failure{done.error()};
  Result<std::string> missing = restrict_files_and_ports(confinement, signals_held);
  if (!missing) return missing;
  if (Status done = filter_calls(confinement, signals_held); !done) return Failure{done.error()};
  return missing;
}

}  // namespace greentill::detect::host
