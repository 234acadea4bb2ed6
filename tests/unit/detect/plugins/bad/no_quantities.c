/* SPDX-License-Identifier: Apache-2.0 */
/* Has none. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->quantity_count = 0;
}
