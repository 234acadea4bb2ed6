// SPDX-License-Identifier: Apache-2.0
// Adds what the registry has of published methodologies to a worker's library, as it changes. Threads: one.
#pragma once

#include <chrono>

#include "daemon/base/ports.hpp"
#include "daemon/base/repeated_line.hpp"
#include "daemon/measure/library.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

class Methodologies {
 public:
  /// All must outlive it.
  Methodologies(RegistryReader& registry, measure::Library& library, const claim::Hasher& hasher, Clock& clock, Log& log)
      : registry_(registry), library_(library), hasher_(hasher), clock_(clock), log_(log) {}

  /// Looks at the registry, once a second at most. Where it cannot be read, what was known stays; the log says why.
  void look();

 private:
  RegistryReader& registry_;
  measure::Library& library_;
  const claim::Hasher& hasher_;
  Clock& clock_;
  Log& log_;
  RepeatedLine complaints_;
  std::chrono::milliseconds looked_at_{};
  std::int64_t step_ = -1;
};

}  // namespace greentill::credit
