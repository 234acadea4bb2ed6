/* SPDX-License-Identifier: Apache-2.0 */
/* Reaches for the daemon, its own limits, and root. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "one_misdeed.h"

/* The host's socket to the daemon. */
#define SOCKET 3

/* A descriptor that is made to send a signal of choice to the daemon, whenever it becomes ready. */
static void signal_by_descriptor(void) {
  const int daemon = getppid();
  const struct f_owner_ex owner = {F_OWNER_PID, daemon};
  int on = 1;
  judge("the daemon as a socket's owner", fcntl(SOCKET, F_SETOWN, daemon) == 0);
  judge("the daemon's group as a socket's owner", fcntl(SOCKET, F_SETOWN, -getpgid(daemon)) == 0);
  judge("an owner by its kind", fcntl(SOCKET, F_SETOWN_EX, &owner) == 0);
  judge("a signal of choice", fcntl(SOCKET, F_SETSIG, SIGKILL) == 0);
  /* The kernel looks at the command's lower half alone. */
  judge("an owner by a longer command", syscall(SYS_fcntl, SOCKET, (1ull << 32) | F_SETOWN, daemon) == 0);
  judge("an owner by ioctl", ioctl(SOCKET, FIOSETOWN, &daemon) == 0);
  judge("a group by ioctl", ioctl(SOCKET, SIOCSPGRP, &daemon) == 0);
  judge("signals by ioctl", ioctl(SOCKET, FIOASYNC, &on) == 0);
}

static void misdeed(void) {
  const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
  struct rlimit files;
  judge("a signal to the daemon", kill(getppid(), 0) == 0);
  judge("a look into the daemon", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0);
  judge("more open files", setrlimit(RLIMIT_NOFILE, &none) == 0);
  judge("a core dump", getrlimit(RLIMIT_CORE, &files) == 0 && files.rlim_max > 0);
  judge("root", syscall(SYS_setuid, 0) == 0);
  judge("a new session", setsid() >= 0);
  judge("a signal with a value", syscall(SYS_rt_sigqueueinfo, getppid(), 0, NULL) == 0);
  judge("a process's descriptor", syscall(SYS_pidfd_open, getppid(), 0) >= 0);
#ifndef GREENTILL_SANITIZED  // whose runtime needs prctl
  judge("a signal at its parent's end", prctl(PR_SET_PDEATHSIG, 0) == 0);
#endif
  signal_by_descriptor();
}
