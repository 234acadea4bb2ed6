/* SPDX-License-Identifier: Apache-2.0 */
/* Does not say who numbers its events. */
#include "lying_source.h"

static void falsify(struct record* record) { record->transaction.issuer.size = 0; }
