/* SPDX-License-Identifier: Apache-2.0 */
/* Has a quantity whose size no array of them could have. */
#include "lying_detector.h"

static void falsify(struct gt_activity* activity, struct gt_quantity* quantity) {
  (void)activity;
  quantity->size = sizeof(*quantity) + 1;
}
