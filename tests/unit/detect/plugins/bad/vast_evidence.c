/* SPDX-License-Identifier: Apache-2.0 */
/* Has more evidence than memory. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->evidence = (const uint8_t*)activity;
  activity->evidence_size = SIZE_MAX;
}
