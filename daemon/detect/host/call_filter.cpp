// SPDX-License-Identifier: Apache-2.0
// The system calls that a plugin or program may use: a list of those allowed, by purpose. A call that is not on it fails with
// ENOSYS, so that libraries which try newer calls first fall back to older ones. A call that is refused on purpose fails with
// EPERM.
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "daemon/detect/host/sandbox.hpp"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

namespace greentill::detect::host {
namespace {

constexpr std::string_view kMemory = "brk munmap mremap mprotect madvise msync mincore membarrier";

constexpr std::string_view kFiles =
    "read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek open openat openat2 "
    "creat close close_range stat stat64 fstat fstat64 lstat lstat64 newfstatat fstatat64 statx statfs statfs64 "
    "fstatfs fstatfs64 access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd chdir fchdir "
    "rename renameat renameat2 link linkat unlink unlinkat mkdir mkdirat rmdir truncate truncate64 ftruncate "
    "ftruncate64 fallocate fsync fdatasync sync_file_range fadvise64 fadvise64_64 arm_fadvise64_64 readahead flock "
    "dup dup2 dup3 pipe pipe2 utime utimes futimesat utimensat utimensat_time64 chmod fchmod fchmodat "
    "umask copy_file_range sendfile sendfile64 splice tee inotify_init inotify_init1 inotify_add_watch "
    "inotify_rm_watch";

constexpr std::string_view kWaiting =
    "poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl "
    "epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 timerfd_create timerfd_settime timerfd_settime64 "
    "timerfd_gettime timerfd_gettime64 signalfd signalfd4 nanosleep clock_nanosleep clock_nanosleep_time64 pause "
    "restart_syscall wait4 waitid waitpid";

constexpr std::string_view kTime =
    "clock_gettime clock_gettime64 clock_getres clock_getres_time64 gettimeofday time times getrusage getitimer "
    "setitimer alarm timer_create timer_settime timer_settime64 timer_gettime timer_gettime64 timer_getoverrun "
    "timer_delete";

constexpr std::string_view kThreads =
    "futex futex_time64 futex_waitv set_robust_list get_robust_list set_tid_address set_thread_area get_thread_area "
    "arch_prctl set_tls rseq sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max "
    "sched_get_priority_min exit exit_group rt_sigaction sigaction rt_sigprocmask sigprocmask rt_sigreturn "
    "sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 sigaltstack";

constexpr std::string_view kItself =
    "getpid getppid gettid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid "
    "getresuid32 getresgid getresgid32 getgroups getgroups32 getpgrp getpgid getsid uname sysinfo getrandom getcpu "
    "getrlimit ugetrlimit getpriority";

// On descriptors that are open already, as the host's own socket is.
constexpr std::string_view kOpenSockets =
    "send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 shutdown getsockopt setsockopt "
    "getsockname getpeername socketpair";

constexpr std::string_view kNetwork = "bind connect listen accept accept4";

constexpr std::string_view kOtherProcesses = "fork vfork execve execveat";

// These fail with EPERM rather than ENOSYS: a caller is to see that it may not, rather than that the kernel is old.
constexpr std::string_view kRefused =
    "socket bind connect listen accept accept4 fork vfork clone execve execveat kill tkill tgkill rt_sigqueueinfo "
    "setpgid setsid setrlimit prlimit64 prctl ioctl ptrace process_vm_readv process_vm_writev mount umount2 chroot "
    "pivot_root unshare setns setuid setgid setgroups setresuid setresgid setreuid setregid chown fchown fchownat "
    "lchown symlink symlinkat mknod mknodat personality setpriority memfd_create shmget shmat mq_open mq_notify "
    "rt_tgsigqueueinfo pidfd_open pidfd_send_signal pidfd_getfd";

constexpr std::uint64_t kNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr std::uint64_t kSocketType = 0xf;  // the socket's type; the other bits of the argument are flags

template <typename Use>
void each(std::string_view names, const Use& use) {
  while (!names.empty()) {
    const std::size_t space = std::min(names.find(' '), names.size());
    use(std::string(names.substr(0, space)));
    names.remove_prefix(std::min(space + 1, names.size()));
  }
}

/// Collects rules by the names of calls; a text may hold several names with a space between.
class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {}
  ~Filter() {
    if (context_ != nullptr) ::seccomp_release(context_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  void allow(std::string_view names) {
    each(names, [this](const std::string& name) { allow(name, {}); });
  }
  void allow(const std::string& name, std::initializer_list<scmp_arg_cmp> where) {
    allowed_.insert(name);
    add(SCMP_ACT_ALLOW, name, where);
  }
  /// Refuses each call as a whole, unless it was allowed, in full or for some arguments: a rule without arguments would take that
  /// back.
  void refuse(std::string_view names) {
    each(names, [this](const std::string& name) {
      if (!allowed_.contains(name)) add(SCMP_ACT_ERRNO(EPERM), name, {});
    });
  }
  void refuse(const std::string& name, std::initializer_list<scmp_arg_cmp> where) { add(SCMP_ACT_ERRNO(EPERM), name, where); }

  Status load() {
    if (context_ == nullptr) return fail(ErrorCode::unavailable, "cannot filter system calls: no memory");
    // As a binary tree: comparing with some hundred calls one after the other would slow down every call.
    ::seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (error_ == 0) error_ = ::seccomp_load(context_);
    if (error_ == 0) return Done{};
    return fail(ErrorCode::unavailable, std::string("cannot filter system calls: ") + std::strerror(-error_));
  }

 private:
  void add(std::uint32_t action, const std::string& name, std::initializer_list<scmp_arg_cmp> where) {
    if (context_ == nullptr || error_ != 0) return;
    const int call = ::seccomp_syscall_resolve_name(name.c_str());
    // The name is unknown where the architecture has no such call.
    if (call == __NR_SCMP_ERROR) return;
    const int added = ::seccomp_rule_add_array(context_, action, call, static_cast<unsigned>(where.size()), where.begin());
    if (added != 0 && added != -EEXIST) error_ = added;
  }

  scmp_filter_ctx context_;
  std::set<std::string> allowed_;
  int error_ = 0;
};

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }
scmp_arg_cmp differs(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_NE, value, 0}; }
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// Memory that is shared and no file's is not counted against RLIMIT_DATA, so a plugin has none.
void allow_memory(Filter& filter) {
  filter.allow(kMemory);
  for (const char* name : {"mmap", "mmap2"}) {
    filter.allow(name, {masked(3, MAP_TYPE, MAP_PRIVATE)});
    for (const std::uint64_t shared : {MAP_SHARED, MAP_SHARED_VALIDATE}) {
      filter.allow(name, {masked(3, MAP_TYPE | MAP_ANONYMOUS, shared)});
      filter.refuse(name, {masked(3, MAP_TYPE | MAP_ANONYMOUS, shared | MAP_ANONYMOUS)});
    }
  }
}

/// A descriptor can be told to send a signal of choice to any process of the user, the daemon among them, and it is this list
/// alone that keeps a child from that before Linux 6.12. Nor may a pipe be made to hold more than it does from the start.
void allow_descriptors(Filter& filter) {
  constexpr int kAllowed[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD,     F_SETFD,     F_GETFL,      F_SETFL,     F_GETLK,
                              F_SETLK, F_SETLKW,        F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_GETPIPE_SZ};
  constexpr int kDenied[] = {F_SETOWN, F_SETOWN_EX, F_SETSIG, F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ};
  for (const char* name : {"fcntl", "fcntl64"}) {
    for (const int command : kAllowed) filter.allow(name, {equals(1, static_cast<std::uint64_t>(command))});
    for (const int command : kDenied) filter.refuse(name, {equals(1, static_cast<std::uint64_t>(command))});
  }
}

void allow_sockets(Filter& filter, const Grants& grants) {
  filter.allow(kOpenSockets);
  if (!grants.has_network()) return;
  filter.allow(kNetwork);
  for (const int family : {AF_INET, AF_INET6}) {
    const auto domain = equals(0, static_cast<std::uint64_t>(family));
    if (!grants.connect.empty() || !grants.listen.empty()) {
      filter.allow("socket", {domain, masked(1, kSocketType, SOCK_STREAM)});
    }
    if (grants.datagrams) filter.allow("socket", {domain, masked(1, kSocketType, SOCK_DGRAM)});
  }
  if (grants.local_sockets) filter.allow("socket", {equals(0, AF_UNIX)});
}

void allow_processes(Filter& filter, bool signals_held) {
  filter.allow(kOtherProcesses);
  filter.allow("clone", {masked(0, kNamespaces, 0)});
  if (!signals_held) return;  // without Landlock's scope for signals the program could end the daemon
  for (const char* name : {"kill", "tkill", "tgkill"}) filter.allow(name, {});
}

void allow_threads(Filter& filter) {
  const auto itself = static_cast<std::uint64_t>(::getpid());
  filter.allow("clone", {masked(0, CLONE_THREAD | kNamespaces, CLONE_THREAD)});
  filter.refuse("clone", {masked(0, CLONE_THREAD, 0)});
  for (const char* name : {"kill", "tgkill"}) {
    filter.allow(name, {equals(0, itself)});
    filter.refuse(name, {differs(0, itself)});
  }
}

void allow_parts(Filter& filter) {
  // The process may read its limits, and not change them.
  filter.allow("prlimit64", {equals(0, 0), equals(2, 0)});
#ifndef GREENTILL_SANITIZED
  filter.refuse("prlimit64", {differs(2, 0)});
#endif
  for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS, PR_CAPBSET_READ, PR_SET_VMA}) {
    filter.allow("prctl", {equals(0, static_cast<std::uint64_t>(option))});
  }
  for (const unsigned long request : {TCGETS, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TIOCGWINSZ}) {
    filter.allow("ioctl", {equals(1, request)});
  }
  // A serial line's speed; Landlock says of which one.
  for (const unsigned long request : {TCSETS, TCFLSH}) filter.allow("ioctl", {equals(1, request)});
}

#ifdef GREENTILL_SANITIZED
/// What the sanitizers' runtimes call as well.
constexpr std::string_view kSanitizers = "personality prctl";
// With sanitizers the memory is limited after the filter is loaded. Limits can only be lowered: raising them needs a capability
// that was dropped.
constexpr std::string_view kLimits = "setrlimit prlimit64";
#endif

}  // namespace

Status filter_calls(const Confinement& confinement, bool signals_held) {
  Filter filter;
  allow_memory(filter);
  allow_descriptors(filter);
  filter.allow(kFiles);
  filter.allow(kWaiting);
  filter.allow(kTime);
  filter.allow(kThreads);
  filter.allow(kItself);
#ifdef GREENTILL_SANITIZED
  filter.allow(kSanitizers);
  if (confinement.of == Confinement::Of::program) filter.allow(kLimits);
#endif
  allow_parts(filter);
  allow_sockets(filter, confinement.grants);
  if (confinement.of == Confinement::Of::program) {
    allow_processes(filter, signals_held);
  } else {
    allow_threads(filter);
  }
  filter.refuse(kRefused);
  return filter.load();
}

}  // namespace greentill::detect::host
