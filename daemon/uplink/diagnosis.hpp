// SPDX-License-Identifier: Apache-2.0
// Looks for the cause of a failed connection on a thread of its own. Private to daemon/uplink.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/probe/broker_probe.hpp"

namespace greentill::uplink {

class Diagnosis {
 public:
  Diagnosis() = default;
  Diagnosis(const Diagnosis&) = delete;
  Diagnosis& operator=(const Diagnosis&) = delete;
  /// Cuts it short, within 50 ms: whoever goes may be on the strand.
  ~Diagnosis();

  /// Calls `done` on the thread with what was found, unless this object goes before. Once.
  void start(const probe::Target& target, std::function<void(const std::string&)> done);

 private:
  struct State {
    std::mutex mutex;
    bool resolving = true;
    std::atomic<bool> cancelled{false};
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

}  // namespace greentill::uplink
