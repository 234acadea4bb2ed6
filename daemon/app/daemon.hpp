// SPDX-License-Identifier: Apache-2.0
// Joins the parts into greentilld. The one place that names them all.
#pragma once

#include <functional>
#include <memory>

#include "daemon/app/config.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/service_manager.hpp"
#include "daemon/base/stderr_log.hpp"

namespace greentill::app {

class Daemon {
 public:
  /// Starts everything; the API answers when this returns, on the socket that the manager kept where it has one. `log` and
  /// `manager` must outlive the daemon.
  static Result<std::unique_ptr<Daemon>> start(const Config& config, StderrLog& log, ServiceManager& manager);
  /// Stops taking transactions, finishes those under way, publishes the status "offline" and disconnects.
  virtual ~Daemon() = default;
  /// Blocks until SIGINT or SIGTERM; corrupt once nothing can be stored any more because the store is damaged, which the next
  /// start mends.
  virtual Status wait() = 0;
  [[nodiscard]] virtual std::uint16_t api_port() const = 0;
};

}  // namespace greentill::app
