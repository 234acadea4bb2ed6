/* SPDX-License-Identifier: Apache-2.0 */
/* Likewise, of the detector's own table. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) {
  (void)answer;
  table.size = sizeof(table) - sizeof(void*);
}
