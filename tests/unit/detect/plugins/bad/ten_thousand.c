/* SPDX-License-Identifier: Apache-2.0 */
/* Finds ten thousand acts in one sale. */
#define TIMES 10000

#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)activity;
  (void)quantity;
}
