// SPDX-License-Identifier: Apache-2.0
// Takes batches from the broker and publishes the receipts: docs/mqtt.md. Threads: one; `stopping` may be set from a signal's.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/probe/broker_probe.hpp"
#include "tools/credit-service/enrolment/common_bundle.hpp"
#include "tools/credit-service/registry/store.hpp"
#include "tools/credit-service/service/clerk.hpp"

namespace greentill::credit {

struct BrokerOptions {
  probe::Target target;
  std::string share_group;  ///< the installation's, of which all workers are
  std::string client_id;    ///< each worker has its own
  /// How long the connection may be silent before the broker is asked whether it still stands; less where the broker says so.
  std::chrono::seconds keep_alive{20};
  /// Called at each turn of the work, at least once in some seconds while it gets on: connected or not, with batches or without.
  std::function<void()> turned = [] {};
};

/// Works until `stopping` is set, and keeps the broker told who is revoked in the registry. Connects again with back-off for as
/// long as that takes; returns an error only where trying again will not help. A batch that could not be booked is passed over:
/// its device gets no receipt and sends it again.
/// `bundles`: what all devices are told; null where nobody signs it.
Status work(const BrokerOptions& options, Clerk& clerk, RegistryReader& registry, BundleSource* bundles, Log& log,
            const std::atomic<bool>& stopping);

}  // namespace greentill::credit
