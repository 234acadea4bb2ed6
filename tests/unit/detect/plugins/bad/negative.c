/* SPDX-License-Identifier: Apache-2.0 */
/* Finds less than nothing. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)activity;
  quantity->value = -1;
}
