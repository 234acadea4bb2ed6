// SPDX-License-Identifier: Apache-2.0
// Keeps the common bundle at the broker, retained: docs/mqtt.md, "The methodologies". It goes to all devices that are there, so
// it is published only where the broker has another. Private to the broker's folder. Threads: one; heard() also by Paho's.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/base/guarded.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/base/repeated_line.hpp"
#include "tools/credit-service/enrolment/common_bundle.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

class BundleNews {
 public:
  /// `source`: null where nobody signs. The others must outlive it.
  BundleNews(BundleSource* source, RegistryReader& registry, const Clock& clock, Log& log)
      : source_(source), registry_(registry), clock_(clock), log_(log) {}

  /// A connection begins: what the broker has, it says soon.
  void begin();
  /// The broker has this one.
  void heard(const std::string& message);
  /// The message that the broker is to keep, where it has none so new; looks once a second at most. The broker's answer() is due
  /// before the next call.
  std::optional<std::string> due();
  /// Why the broker did not take it; empty where it did.
  void answer(const std::string& refusal);

 private:
  struct Kept {
    std::uint64_t number = 0;
    std::int64_t expires_at = 0;
    friend bool operator==(const Kept&, const Kept&) = default;
  };
  void complain(const std::string& what);

  BundleSource* const source_;
  RegistryReader& registry_;
  const Clock& clock_;
  Log& log_;
  RepeatedLine complaints_;
  Guarded<Kept> kept_;  // by the broker
  Kept sent_;           // what was published last, and not answered
  std::chrono::milliseconds next_look_{};
  std::int64_t step_ = -1;  // of the registry, when it was looked at last
  std::int64_t dates_ = 0;  // by which dates, then
};

}  // namespace greentill::credit
