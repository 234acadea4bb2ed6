// SPDX-License-Identifier: Apache-2.0
// Copies what can be read of a table of a damaged database.
#pragma once

#include <string>

#include "daemon/sqlite/sqlite.hpp"

namespace greentill::sqlite {

/// Copies the rows of the table into the one of the same name and columns, from both its ends up to where it is damaged. `order`:
/// its primary key's columns, as ORDER BY takes them, with DESC behind each. A row that is there already, or that the new table
/// does not take, is passed over. Errors: those of writing alone; what cannot be read is not there.
Status copy_rows(Database& from, Database& into, const std::string& table, const std::string& order);

}  // namespace greentill::sqlite
