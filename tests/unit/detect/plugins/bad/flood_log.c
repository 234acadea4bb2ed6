/* SPDX-License-Identifier: Apache-2.0 */
/* Says the same again and again, and prints it too. */
#include "one_misdeed.h"

static void misdeed(void) {
  int i = 0;
  for (i = 0; i < 5000; ++i) say("flood");
  for (i = 0; i < 5000; ++i) fprintf(stderr, "printed flood %d\x1b[31m\n", i);
}
