// SPDX-License-Identifier: Apache-2.0
// Rows of enrolment codes. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "tools/credit-service/registry/things.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// As RegistryReader::codes().
Result<std::vector<EnrolmentCode>> read_codes(sql::Database& database, const std::string& device);
/// As RegistryStore::put().
Status put_code(sql::Database& database, const EnrolmentCode& code);

}  // namespace greentill::credit
