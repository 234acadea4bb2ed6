/* SPDX-License-Identifier: Apache-2.0 */
/* Opens and never closes. */
#include <fcntl.h>
#include <unistd.h>

#include "one_misdeed.h"

static void misdeed(void) {
  int count = 0;
  while (count < 1000 && open("/dev/null", O_RDONLY) >= 0) ++count;
  judge("the thousandth descriptor", count == 1000);
}
