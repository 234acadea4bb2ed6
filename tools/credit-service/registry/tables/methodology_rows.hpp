// SPDX-License-Identifier: Apache-2.0
// Rows of published methodologies. Private to this folder.
#pragma once

#include <vector>

#include "tools/credit-service/registry/things.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// As RegistryReader::methodologies().
Result<std::vector<PublishedMethodology>> read_methodologies(sql::Database& database);
/// As RegistryStore::put().
Status put_methodology(sql::Database& database, const PublishedMethodology& methodology);

}  // namespace greentill::credit
