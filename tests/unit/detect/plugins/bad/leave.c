/* SPDX-License-Identifier: Apache-2.0 */
/* Ends the process as if all were well. */
#include <unistd.h>

#include "one_misdeed.h"

static void misdeed(void) { _exit(0); }
