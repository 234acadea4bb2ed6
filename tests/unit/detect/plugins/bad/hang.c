/* SPDX-License-Identifier: Apache-2.0 */
/* Never returns. */
#include "one_misdeed.h"

static void misdeed(void) {
  volatile int forever = 1;
  while (forever) continue;
}
