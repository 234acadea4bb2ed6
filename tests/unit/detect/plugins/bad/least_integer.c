/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the least number that there is, which has no positive. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)activity;
  quantity->value = INT64_MIN;
}
