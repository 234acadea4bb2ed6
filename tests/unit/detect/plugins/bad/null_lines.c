/* SPDX-License-Identifier: Apache-2.0 */
/* Has ten lines that lie nowhere. */
#include "lying_source.h"

static void falsify(struct record* record) { record->transaction.line_count = 10; }
