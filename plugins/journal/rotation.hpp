// SPDX-License-Identifier: Apache-2.0
// Finding the files that a journal was rotated into: beside it, named after it ("trips.csv.1", "trips.csv-20260101").
// Threads: pure functions.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "plugins/journal/followed_file.hpp"

namespace greentill::journal {

/// The file that a place is in, opened and gone to: the journal itself or what it was rotated into. Null where none is.
std::unique_ptr<FollowedFile> find_file(const std::filesystem::path& journal, const Place& place);

/// What to read after `current` has been left behind: the oldest file written after it. The journal itself where there is no
/// other.
std::filesystem::path file_after(const std::filesystem::path& journal, const FollowedFile& current);

}  // namespace greentill::journal
