/* SPDX-License-Identifier: Apache-2.0 */
/* Has a name of three bytes that lie nowhere. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) {
  (void)answer;
  plugin.name.data = NULL;
}
