/* SPDX-License-Identifier: Apache-2.0 */
/* Lacks the one function that it is about. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) {
  (void)answer;
  table.detect = NULL;
}
