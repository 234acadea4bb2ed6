// SPDX-License-Identifier: Apache-2.0
// Takes in what a detector emits in one call, checked: used in process and in the child alike. Threads: one thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/detect/views.hpp"

namespace greentill::detect {

/// One call of a detector: what it found, and what was wrong with it.
struct DetectCall {
  std::vector<event::Activity> activities;
  std::string fault;       ///< of an activity that was dropped; empty where none was
  std::size_t line_count;  ///< of the transaction

  static void on_emit(void* context, const gt_activity* activity) noexcept {
    auto& call = *static_cast<DetectCall*>(context);
    const char* wrong = activity == nullptr ? "no activity at all" : wrong_with(*activity, call.line_count);
    if (wrong == nullptr && call.activities.size() == kMaxActivities) wrong = "more than 64 activities for one transaction";
    if (wrong == nullptr) {
      call.activities.push_back(copy(*activity));
    } else {
      call.fault = std::string("it emitted ") + wrong;
    }
  }
};

}  // namespace greentill::detect
