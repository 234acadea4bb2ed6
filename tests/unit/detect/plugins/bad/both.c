/* SPDX-License-Identifier: Apache-2.0 */
/* Is both. */
#include "wrong_answer.h"

static void spoil(struct gt_answer* answer) {
  static const struct gt_source source = {sizeof(source), NULL, NULL, NULL, NULL, NULL};
  (void)answer;
  plugin.source = &source;
}
