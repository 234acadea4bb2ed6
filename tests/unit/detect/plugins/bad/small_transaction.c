/* SPDX-License-Identifier: Apache-2.0 */
/* Was made when transactions were smaller than any version's. */
#include "lying_source.h"

static void falsify(struct record* record) { record->transaction.size = sizeof(void*); }
