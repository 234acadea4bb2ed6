/* SPDX-License-Identifier: Apache-2.0 */
/* Closes the host's socket. */
#include <unistd.h>

#include "one_misdeed.h"

static void misdeed(void) { close(3); }
