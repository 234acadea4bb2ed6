/* SPDX-License-Identifier: Apache-2.0 */
/* Has a name that no claim has room for. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) {
  (void)answer;
  plugin.name.data = "a-plugin-whose-name-is-thirty-three";
  plugin.name.size = 33;
}
