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
  /// Stops the probe within 50 ms: whoever destroys it may be on the strand.
  ~Diagnosis();

  /// Calls `done` with the cause, and how many bytes of the line were taken to find it, on the probe's thread, unless this object
  /// is destroyed before. May be called once.
  void start(const probe::Target& target, std::function<void(const std::string&, std::uint64_t)> done);
  /// Calls `done` with how far a connection comes, likewise, also where nothing is wrong. In place of start().
  void look(const probe::Target& target, std::function<void(const probe::Finding&)> done);

 private:
  void run(const probe::Target& target,
           std::function<void(const Result<probe::Addresses>& addresses, const std::atomic<bool>& cancelled)> work);

  struct State {
    std::mutex mutex;
    bool resolving = true;
    std::atomic<bool> cancelled{false};
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

}  // namespace greentill::uplink
