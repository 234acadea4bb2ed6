// SPDX-License-Identifier: Apache-2.0
// Takes what a detector emits in one call, and checks it: used in process and in the child alike. Threads: one thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/event/abi_view.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/limits.hpp"

namespace greentill::detect {

/// One call of a detector: what it found, and what was wrong with it.
class DetectCall {
 public:
  explicit DetectCall(std::size_t line_count) : line_count_(line_count) {}

  std::vector<event::Activity> activities;
  std::string fault;  ///< what was wrong with the last activity that was dropped; empty where none was

  static void on_emit(void* context, const gt_activity* activity) noexcept {
    auto& call = *static_cast<DetectCall*>(context);
    const std::string wrong = activity == nullptr ? "no activity at all" : call.wrong_with(*activity);
    if (wrong.empty()) {
      call.activities.push_back(event::copy(*activity));
    } else {
      call.fault = "it emitted " + wrong;
    }
  }

 private:
  [[nodiscard]] std::string wrong_with(const gt_activity& activity) const {
    if (const auto beyond = event::beyond_limits(activity)) return "an activity beyond the limits: " + to_string(*beyond);
    if (activity.line > line_count_) return "an activity beyond the limits: line: must be one of the transaction's";
    if (activities.size() == event::kMaxActivities) return "more than 64 activities for one transaction";
    return {};
  }

  std::size_t line_count_;  // how many lines the transaction has
};

}  // namespace greentill::detect
