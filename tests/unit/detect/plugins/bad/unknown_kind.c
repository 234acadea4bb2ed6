/* SPDX-License-Identifier: Apache-2.0 */
/* Is of a kind that nobody knows. */
#include "lying_source.h"

static void falsify(struct record* record) { record->transaction.kind = UINT32_MAX; }
