// SPDX-License-Identifier: Apache-2.0
// greentill-credit config check: looks at everything that the service's configuration names. Nothing is written, no network is
// used. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "daemon/base/ports.hpp"
#include "tools/credit-service/config/config.hpp"

namespace greentill::credit {

struct Findings {
  std::vector<std::string> problems;  ///< what keeps the service, or a device's claims, from their work; the key comes first
  std::vector<std::string> warnings;  ///< what will
  std::vector<std::string> unseen;    ///< what this user may not read
};

/// All that is wrong: the clock, the service's key and certificate, the authorities, every device's certificate, the
/// methodologies, the programme and its zone, the ledger's folder.
[[nodiscard]] Findings examine(const Config& config, const Clock& clock);

}  // namespace greentill::credit
