/* SPDX-License-Identifier: Apache-2.0 */
/* Takes all the memory that there is. */
#include "one_misdeed.h"

static void misdeed(void) {
  for (;;) {
    volatile char* block = malloc(1 << 20);
    for (size_t i = 0; i < 1 << 20; i += 4096) block[i] = 1;
  }
}
