// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next try: exponential with full jitter, so that a thousand devices whose broker comes back do not
// come back together.
#pragma once

#include <chrono>

#include "daemon/base/ports.hpp"

namespace greentill {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds least, std::chrono::milliseconds most) : least_(least), most_(most) {}

  /// Uniform between 0 and min(most, least * 2^n), n counting the calls since the last reset.
  std::chrono::milliseconds next(Random& random);
  /// The try succeeded: the next wait is short again.
  void reset() { tries_ = 0; }

 private:
  std::chrono::milliseconds least_;
  std::chrono::milliseconds most_;
  unsigned tries_ = 0;
};

/// `pause` and up to a `part`th of it more, uniformly: for those who keep to a pause and still must not all come at once.
std::chrono::milliseconds spread(std::chrono::milliseconds pause, unsigned part, Random& random);

/// `least` doubled `times` times, at most `most`.
std::chrono::milliseconds doubled(std::chrono::milliseconds least, unsigned times, std::chrono::milliseconds most);

}  // namespace greentill
