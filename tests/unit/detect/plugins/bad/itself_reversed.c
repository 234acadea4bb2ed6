/* SPDX-License-Identifier: Apache-2.0 */
/* Takes itself back. */
#include "lying_source.h"

static void falsify(struct record* record) { record->transaction.reversed_event_id = record->transaction.event_id; }
