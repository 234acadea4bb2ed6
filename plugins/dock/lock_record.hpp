// SPDX-License-Identifier: Apache-2.0
// What a dock knows of a lock since its start. It is lost with the process, and that costs time alone: a lock gives again what
// the service has not settled, and what was claimed is claimed once. Threads: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/core/ports.hpp"
#include "greentill/plugin.hpp"
#include "plugins/dock/exchange.hpp"
#include "plugins/dock/ride.hpp"

namespace greentill::dock {

/// A place in a lock's chain: a counter, and the link that this ride gives, where it was seen.
struct ChainPlace {
  std::uint32_t counter = 0;
  std::optional<std::int64_t> link;
};

/// What it was handed by this dock, or does not take.
struct HandingState {
  std::uint16_t settings = 0;  ///< the number that was handed last,
  unsigned refusals = 0;       ///< how often it refused that,
  std::string settings_trouble;
  std::uint32_t image = 0;  ///< the version that was offered last; 0 once it runs
  std::string image_trouble;
};

struct LockRecord {
  std::string id;
  firmware::PublicPoint key{};
  std::string mode;

  ChainPlace taken;                      ///< every ride up to it was handed in, or is not on the lock any more
  ChainPlace durable;                    ///< every ride up to it that was handed in is in the store
  std::uint32_t rejected = 0;            ///< the last ride that cannot be used, as the store was told
  std::uint64_t rides = 0;               ///< handed in
  std::optional<Behind> behind;          ///< in the last start in which it was seen before its clock was set
  std::optional<std::uint32_t> starts;   ///< as it said last
  std::optional<std::uint32_t> refused;  ///< as it said last
  HandingState handing;

  /// The question for its receipt, and what came of it.
  std::optional<std::uint64_t> question;
  std::vector<std::uint8_t> receipt;
  std::uint64_t receipt_counter = 0;  ///< up to which it settles; 0: there is none to hand over
  Time ask_receipt_from{};            ///< not before
};

struct Pace;

/// Takes the reply to lock.question.
void take_receipt(LockRecord& lock, const plugin::Reply& reply, const Pace& pace, Time now);

}  // namespace greentill::dock
