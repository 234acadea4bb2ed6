/* SPDX-License-Identifier: Apache-2.0 */
/* Has a unit of six bytes that lie nowhere. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)activity;
  quantity->unit.data = NULL;
}
