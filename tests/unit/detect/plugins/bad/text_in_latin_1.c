/* SPDX-License-Identifier: Apache-2.0 */
/* Names a mode in Latin-1. */
#include "lying_source.h"

static void falsify(struct record* record) {
  record->transaction.mode.data = "v\xe9lo";
  record->transaction.mode.size = 4;
}
