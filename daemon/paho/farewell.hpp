// SPDX-License-Identifier: Apache-2.0
// What the broker said when it ended the connection. It may have come before the operation that fails because of it. Threads:
// safe from any thread.
#pragma once

#include <mutex>
#include <string>
#include <utility>

namespace greentill::paho {

class Farewell {
 public:
  struct Said {
    int reason = 0;     ///< 0: it said nothing
    std::string words;  ///< as of own_words()
  };
  void say(int reason, std::string words) {
    const std::lock_guard lock(mutex_);
    said_ = {reason, std::move(words)};
  }
  [[nodiscard]] Said said() const {
    const std::lock_guard lock(mutex_);
    return said_;
  }

 private:
  mutable std::mutex mutex_;
  Said said_;
};

}  // namespace greentill::paho
