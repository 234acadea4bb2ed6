// SPDX-License-Identifier: Apache-2.0
// What asks a service for something from time to time, on a thread of its own, from its start until it is destroyed. That ends
// what is under way within about 100 ms, but for a host's name that is being looked up and what it has called of its owner's.
#pragma once

#include <string>

namespace greentill::enrol {

class Keeper {
 public:
  Keeper() = default;
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  virtual ~Keeper() = default;
  /// Asks now. Threads: safe from any thread.
  virtual void look_now() = 0;
  /// Why what it asks for could not be had or put to use, as a sentence; empty where it was. Threads: safe from any thread.
  [[nodiscard]] virtual std::string words() const = 0;
};

}  // namespace greentill::enrol
