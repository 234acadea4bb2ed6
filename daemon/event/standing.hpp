// SPDX-License-Identifier: Apache-2.0
// Threads: pure function.
#pragma once

#include <string>

#include "daemon/event/transaction.hpp"

namespace greentill::event {

/// Why nothing is claimed for a record with this standing, for people; empty where the record is final.
[[nodiscard]] std::string remark_of(const Transaction& transaction);

}  // namespace greentill::event
