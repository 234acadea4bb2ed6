/* SPDX-License-Identifier: Apache-2.0 */
/* Has one quantity that lies nowhere. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)quantity;
  activity->quantities = NULL;
}
