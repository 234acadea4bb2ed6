// SPDX-License-Identifier: Apache-2.0
// What enrols devices: over EST, as a part of greentill-credit run, and by a command. Threads: one.
#pragma once

#include <memory>
#include <string>
#include <vector>

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

/// Who decides about enrolments, with what it answers them by.
struct OpenOffice {
  std::unique_ptr<EnrolmentOffice> office;
  std::vector<crypto::Certificate> anchors;
};

/// Opens the ledger once more. `who` and `command`: of the audit trail. Requires: the configuration has [est].
Result<OpenOffice> open_office(const Config& config, const LedgerParts& parts, const std::string& who = "est",
                               const std::string& command = "est enrol");

/// Who signs what devices are told; null where the configuration has no [signer].
Result<std::unique_ptr<SignedAnswers>> load_signed_answers(const Config& config, Clock& clock);

/// Null where the configuration has no [est]. Opens the ledger once more, for its own threads.
Result<std::unique_ptr<EstService>> start_est(const Config& config, const LedgerParts& parts);

}  // namespace greentill::credit
