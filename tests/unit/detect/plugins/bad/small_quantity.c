/* SPDX-License-Identifier: Apache-2.0 */
/* Has a quantity that is smaller than its own fields. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)activity;
  quantity->size = sizeof(void*);
}
