/* SPDX-License-Identifier: Apache-2.0 */
/* Has evidence that lies nowhere. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->evidence_size = 10;
}
