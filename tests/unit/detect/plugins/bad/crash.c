/* SPDX-License-Identifier: Apache-2.0 */
#include "one_misdeed.h"

/* A signal that the sanitizers leave alone. */
static void misdeed(void) { abort(); }
