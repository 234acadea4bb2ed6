/* SPDX-License-Identifier: Apache-2.0 */
/* Has a position that is longer than any. */
#include "lying_source.h"

static const char spaces[1025];

static void falsify(struct record* record) {
  record->position.data = spaces;
  record->position.size = sizeof(spaces);
}
