// SPDX-License-Identifier: Apache-2.0
// A worker on a thread of its own, at whatever broker.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/broker/worker.hpp"

namespace greentill::test {

class RunningWorker {
 public:
  RunningWorker(Office& office, const std::string& uri, const std::filesystem::path& certificates)
      : desk_(office),
        options_{
            {*parse_broker_address(uri), certificates / "ca.crt", certificates / "service.crt", certificates / "service.key"},
            "0123456789abcdef",
            "credit-1"},
        thread_([this, &office] {
          result_ = credit::work(options_, desk_.clerk(), desk_.ledger().registry(), nullptr, office.log, stopping_);
          ended_ = true;
        }) {}
  ~RunningWorker() { static_cast<void>(stop()); }
  RunningWorker(const RunningWorker&) = delete;
  RunningWorker& operator=(const RunningWorker&) = delete;

  Status stop() {
    stopping_ = true;
    return wait();
  }
  /// Until it ends by itself.
  Status wait() {
    if (thread_.joinable()) thread_.join();
    return result_;
  }
  [[nodiscard]] bool ended() const { return ended_; }
  Desk& desk() { return desk_; }

 private:
  Desk desk_;
  credit::BrokerOptions options_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
  Status result_ = Done{};
  std::thread thread_;
};

}  // namespace greentill::test
