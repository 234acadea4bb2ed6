/* SPDX-License-Identifier: Apache-2.0 */
/* Is neither detector nor source. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) {
  (void)answer;
  plugin.detector = NULL;
}
