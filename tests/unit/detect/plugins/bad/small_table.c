/* SPDX-License-Identifier: Apache-2.0 */
/* Was made when the table was smaller than any version's. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) {
  (void)answer;
  plugin.size = sizeof(plugin) - 1;
}
