/* SPDX-License-Identifier: Apache-2.0 */
/* Names an act in Latin-1. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->name.data = "caf\xe9";
  activity->name.size = 4;
}
