// SPDX-License-Identifier: Apache-2.0
// What a store holds, as text, read past the outbox: two stores hold the same where their dumps are equal.
#pragma once

#include <filesystem>
#include <string>

namespace greentill::test {

/// Every row of every table, after SQLite's integrity check and the counters of `chains` were found right; else what is wrong.
/// "empty" where there is no outbox in the file yet.
std::string dump_store(const std::filesystem::path& path);

/// Runs SQL on a connection of its own; false where SQLite refuses.
bool run_sql(const std::filesystem::path& path, const std::string& sql, const std::string& vfs = "");

/// The rows of a query, columns joined by '|', one row a line.
std::string query_text(const std::filesystem::path& path, const std::string& sql);

}  // namespace greentill::test
