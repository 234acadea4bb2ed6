/* SPDX-License-Identifier: Apache-2.0 */
/* Has one that goes on to the end of memory. */
#include "lying_source.h"

static void falsify(struct record* record) { record->transaction.event_id.size = SIZE_MAX; }
