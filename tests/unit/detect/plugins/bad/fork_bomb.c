/* SPDX-License-Identifier: Apache-2.0 */
/* Starts processes: by fork, and by running a program. */
#include <spawn.h>
#include <unistd.h>

#include "one_misdeed.h"

static void misdeed(void) {
  char shell[] = "/bin/sh";
  char* arguments[] = {shell, NULL};
  char* environment[] = {NULL};
  pid_t pid = fork();
  if (pid == 0) _exit(0);
  judge("a fork", pid > 0);
  judge("a program", posix_spawn(&pid, shell, NULL, NULL, arguments, environment) == 0);
}
