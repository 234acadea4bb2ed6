// SPDX-License-Identifier: Apache-2.0
// Sets a damaged store aside and puts what could be read of it in its place. docs/outbox.md, "When the file is damaged". Private
// to daemon/outbox.
//
// A kill at any moment leaves either the damaged store, which is then read once more, or a whole new one that is put in its place
// at the next start: beside it stands STORE.switch from before the first file is renamed until the last one is.
#pragma once

#include "daemon/outbox/outbox.hpp"

namespace greentill::outbox {

/// The file by which somebody, or this program when it meets damage, asks for the store to be set aside: STORE.recover.
std::filesystem::path recovery_note(const std::filesystem::path& store);

/// Whether that file is there beside a store, or the store is no database at all any more.
bool needs_recovery(const Options& options);

/// Leaves a note for the next start that the store is damaged. A note that cannot be left is no error: it is met again.
void ask_for_recovery(const std::filesystem::path& store);

/// Finishes what a kill interrupted; does nothing where nothing is under way. Requires: the store is locked and not open.
Status finish_switch(const Options& options);

/// Reads what can be read into a new store, sets the old files aside beside it and writes to the log what became of them. Errors:
/// those of writing, and corrupt where nothing shows that the file was a store; it stays as it is then.
Status recover(const Options& options, Log& log);

}  // namespace greentill::outbox
