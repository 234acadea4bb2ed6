// SPDX-License-Identifier: Apache-2.0
// Rows of published methodologies. Private to this folder.
#pragma once

#include <vector>

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// As RegistryReader::methodologies().
Result<std::vector<PublishedMethodology>> read_methodologies(sqlite::Database& database);
/// As RegistryStore::put().
Status put_methodology(sqlite::Database& database, const PublishedMethodology& methodology);

}  // namespace greentill::credit
