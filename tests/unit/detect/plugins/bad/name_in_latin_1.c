/* SPDX-License-Identifier: Apache-2.0 */
/* Has a name that is not UTF-8. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) {
  (void)answer;
  plugin.name.data = "caf\xe9";
  plugin.name.size = 4;
}
