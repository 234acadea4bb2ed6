// SPDX-License-Identifier: Apache-2.0
// Notices a ledger that went back before anything is booked in it, and says what to do. Private to this folder.
// docs/credit-service.md, "A ledger that went back".
#pragma once

#include <filesystem>

#include "daemon/sqlite/store_mark.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::credit {

/// The ledger's id, its epoch, and as the head how many transactions it has stored; empty where it has no id yet.
Result<sqlite::Reach> read_reach(sqlite::Database& database);

/// `unreadable`, asking whose log that is where one lies beside the database that cannot be read.
Error blame_log(const std::filesystem::path& database, const Error& unreadable);

/// Holds the files against the mark before SQLite opens them for writing. Whether the database went back, which is an error
/// unless it may be `taken`.
Result<bool> check_files(const sqlite::StoreMark& mark, const std::filesystem::path& database, WentBack went_back);

/// Likewise the opened database. Changes nothing in it. invalid where it is another ledger, or read with another's log.
Result<bool> check_reach(const sqlite::StoreMark& mark, sqlite::Database& database, WentBack went_back);

}  // namespace greentill::credit
