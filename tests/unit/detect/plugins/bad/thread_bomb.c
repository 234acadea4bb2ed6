/* SPDX-License-Identifier: Apache-2.0 */
/* Starts threads, 3,000 where it may, and goes on with them. */
#include <limits.h>
#include <pthread.h>
#include <unistd.h>

#include "one_misdeed.h"

static void* sleep_on(void* nothing) {
  for (;;) pause();
  return nothing;
}

static void misdeed(void) {
  pthread_attr_t small;
  pthread_t thread;
  int count = 0;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 16384);
  while (count < 3000 && pthread_create(&thread, &small, sleep_on, NULL) == 0) ++count;
  for (;;) pause();
}
