/* SPDX-License-Identifier: Apache-2.0 */
/* Ends before it begins. */
#include "lying_source.h"

static void falsify(struct record* record) {
  record->transaction.begin = INT64_MAX;
  record->transaction.end = INT64_MIN;
}
