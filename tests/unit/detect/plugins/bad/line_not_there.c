/* SPDX-License-Identifier: Apache-2.0 */
/* Found it in the ten-thousandth line of a sale with none. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->line = 10000;
}
