/* SPDX-License-Identifier: Apache-2.0 */
/* Says that a name goes on to the end of memory. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->name.size = SIZE_MAX;
}
