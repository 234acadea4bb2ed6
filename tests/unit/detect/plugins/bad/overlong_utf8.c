/* SPDX-License-Identifier: Apache-2.0 */
/* Names an act with a slash in two bytes. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->name.data = "a\xc0\xaf";
  activity->name.size = 3;
}
