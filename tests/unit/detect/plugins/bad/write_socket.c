/* SPDX-License-Identifier: Apache-2.0 */
/* Writes to the host's socket, whose number it guessed. */
#include <unistd.h>

#include "one_misdeed.h"

static void misdeed(void) {
  static const char garbage[] = "\xff\xff\xff\x7fgarbage";
  judge("garbage", write(3, garbage, sizeof(garbage)) < 0);
}
