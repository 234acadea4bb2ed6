// SPDX-License-Identifier: Apache-2.0
// Private to daemon/outbox.
#pragma once

/// The position of chain h's last claim; null where it has none.
#define GREENTILL_LAST_POSITION "(SELECT max(position) FROM claims WHERE position > h.no << 40 AND position < (h.no + 1) << 40)"
