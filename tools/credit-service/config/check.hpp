// SPDX-License-Identifier: Apache-2.0
// greentill-credit config check: looks at everything that the service's configuration names. Nothing is written, no network is
// used. Threads: one.
#pragma once

#include "daemon/base/ports.hpp"
#include "tools/common/config_findings.hpp"
#include "tools/credit-service/config/config.hpp"

namespace greentill::credit {

/// All that is wrong: the clock, the service's key and certificate, the authorities, the share group, every device's certificate,
/// the methodologies, the programme, its zone and the ceilings that it lacks, its key, whose consents count, what enrols devices,
/// the ledger's folder.
[[nodiscard]] tools::Findings examine(const Config& config, const Clock& clock);

}  // namespace greentill::credit
