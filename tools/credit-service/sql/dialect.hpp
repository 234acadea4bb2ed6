// SPDX-License-Identifier: Apache-2.0
// Statements as SQLite has them, in PostgreSQL's words: what stands for a parameter, and what tells SQLite how to read. All else
// must mean the same to both. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace greentill::sql {

std::string postgres_words(std::string_view sqlite);

}  // namespace greentill::sql
