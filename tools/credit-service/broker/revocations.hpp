// SPDX-License-Identifier: Apache-2.0
// What the broker's guard is to know of the registry: docs/mqtt.md, "The list of the revoked". Private to the broker's folder.
// Threads: one.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/base/ports.hpp"
#include "daemon/base/repeated_line.hpp"
#include "tools/broker-guard/revoked_list.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

/// The registry's list, and how far the broker knows it.
class Revocations {
 public:
  /// All references must outlive it.
  Revocations(RegistryReader& registry, const Clock& clock, Log& log) : registry_(registry), clock_(clock), log_(log) {}

  /// A connection begins: what the broker was told before, it may not have any more.
  void begin();
  /// The list as a text, where the broker is to be told now; looks at the registry once a second at most. The broker's answer()
  /// is due before the next call.
  std::optional<std::string> due();
  /// Why the broker did not take it; empty where it did.
  void answer(const std::string& refusal);

 private:
  Result<guard::RevokedList> read(std::int64_t step);
  void complain(const std::string& what);

  RegistryReader& registry_;
  const Clock& clock_;
  Log& log_;
  RepeatedLine complaints_;
  std::chrono::milliseconds next_look_{};
  std::int64_t step_ = -1;   // of the registry, when the list was read last
  guard::RevokedList list_;  // as it was read then
  bool known_ = false;       // to the broker, on this connection
};

}  // namespace greentill::credit
