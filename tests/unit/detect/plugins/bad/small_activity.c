/* SPDX-License-Identifier: Apache-2.0 */
/* Is smaller than its own fields. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->size = sizeof(void*);
}
