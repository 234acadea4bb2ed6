// SPDX-License-Identifier: Apache-2.0
// Notices a store that went back before anything is added to it, and says what to do. Private to daemon/outbox; docs/outbox.md,
// "A store that went back".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "daemon/outbox/outbox.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"
#include "daemon/sqlite/store_mark.hpp"

namespace greentill::outbox {

/// Holds the files against the mark, before SQLite sees them. conflict or invalid, with what to do, where they are not what it
/// says, or where there is neither mark nor store on a device that has run before.
Status check_files(const sqlite::StoreMark& mark, const Options& options);

/// Holds the opened store against the mark. conflict, with what to do, where the store has not come as far as the mark says.
Status check_reach(const sqlite::StoreMark& mark, const Options& options, SqliteWriter& writer);

/// As above, of a store of which that much is known. `hash_at`: the payload hash of a claim of its chain, where it can be told.
struct Stored {
  sqlite::Reach reach;
  std::function<Result<std::optional<Digest>>(std::uint64_t seq)> hash_at;
};
Status check_reach(const sqlite::StoreMark& mark, const Options& options, const Stored& stored);

}  // namespace greentill::outbox
