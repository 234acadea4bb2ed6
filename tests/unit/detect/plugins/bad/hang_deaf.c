/* SPDX-License-Identifier: Apache-2.0 */
/* Never returns, and blocks the signal that the host's watchdog would end it by. */
#include <signal.h>

#include "one_misdeed.h"

static void misdeed(void) {
  volatile int forever = 1;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  while (forever) continue;
}
