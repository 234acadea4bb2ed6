/* SPDX-License-Identifier: Apache-2.0 */
/* Reaches for the daemon, its own limits, and root. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "one_misdeed.h"

static void misdeed(void) {
  const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
  struct rlimit files;
  judge("a signal to the daemon", kill(getppid(), 0) == 0);
  judge("a look into the daemon", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0);
  judge("more open files", setrlimit(RLIMIT_NOFILE, &none) == 0);
  judge("a core dump", getrlimit(RLIMIT_CORE, &files) == 0 && files.rlim_max > 0);
  judge("root", syscall(SYS_setuid, 0) == 0);
  judge("a new session", setsid() >= 0);
}
