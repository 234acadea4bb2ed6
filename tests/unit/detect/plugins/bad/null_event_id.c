/* SPDX-License-Identifier: Apache-2.0 */
/* Has an event id of one byte that lies nowhere. */
#include "lying_source.h"

static void falsify(struct record* record) { record->transaction.event_id.data = NULL; }
