// SPDX-License-Identifier: Apache-2.0
// The ledger's store in a PostgreSQL database, version 15 or later, that any number of workers share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// Connects, and makes the tables where there are none. Opening, and every later call, waits up to ten seconds for another
/// worker's lock. A connection that is lost later is made anew by the next transaction. Errors: postgres.hpp.
///
/// `on_prepare`: called with each statement that the store prepares; of tests.
Result<std::unique_ptr<Store>> open_postgres_store(const std::string& url, std::function<void(std::string_view)> on_prepare = {});

}  // namespace greentill::credit
