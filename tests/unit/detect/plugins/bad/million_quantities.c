/* SPDX-License-Identifier: Apache-2.0 */
/* Says that there are a million of them. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->quantity_count = 1000000;
}
