/* SPDX-License-Identifier: Apache-2.0 */
/* Was ridden backwards. */
#include "lying_source.h"

static const struct gt_quantity distance = {sizeof(distance), {"m.odometer", 10}, -1};

static void falsify(struct record* record) {
  record->transaction.quantities = &distance;
  record->transaction.quantity_count = 1;
}
