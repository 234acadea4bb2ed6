// SPDX-License-Identifier: Apache-2.0
// The part of greentill-credit run that enrols devices. Threads: one.
#pragma once

#include <memory>

#include "tools/credit-service/config/config.hpp"
#include "tools/credit-service/est/service.hpp"

namespace greentill::credit {

/// What a worker's ledger was opened with; all of it must outlive the service.
struct LedgerParts {
  const Programme& programme;
  const measure::Library& library;
  Clock& clock;
  Log& log;
};

/// Null where the configuration has no [est]. Opens the ledger once more, for its own threads.
Result<std::unique_ptr<EstService>> start_est(const Config& config, const LedgerParts& parts);

}  // namespace greentill::credit
