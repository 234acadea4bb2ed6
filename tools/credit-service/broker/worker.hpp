// SPDX-License-Identifier: Apache-2.0
// Takes batches from the broker and publishes the receipts: docs/mqtt.md. Threads: one; `stopping` may be set from a signal's.
#pragma once

#include <atomic>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/probe/broker_probe.hpp"
#include "tools/credit-service/service/clerk.hpp"

namespace greentill::credit {

struct BrokerOptions {
  probe::Target target;
  std::string client_id;  ///< one a worker
};

/// Works until `stopping`. Connects again, with back-off, for as long as it takes; an error is one that will not mend itself.
/// A batch that could not be booked is passed over: the device, without a receipt, sends it again.
Status work(const BrokerOptions& options, Clerk& clerk, Log& log, const std::atomic<bool>& stopping);

}  // namespace greentill::credit
