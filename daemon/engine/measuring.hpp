// SPDX-License-Identifier: Apache-2.0
// Which acts found in a transaction are claimed, and with what amounts, by the methodologies in force: one reading of each act.
// The others are named with the reason. Threads: const calls run concurrently.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/claim/claim.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/event/transaction.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/measure/quantify.hpp"

namespace greentill::engine {

/// One act to claim. The pointers lead into the `detected` that was measured and into the library.
struct Measured {
  const detect::Detected* found = nullptr;
  const measure::Methodology* methodology = nullptr;
  claim::Quantities quantities;
  measure::Quantified amounts;
  std::uint64_t line = 0;  ///< the line that the nullifier names; 0: the whole event
};

/// An act that is not claimed.
struct Unclaimed {
  std::string activity;
  std::string reason;
  bool guarded = false;  ///< whether it is kept for people to see
  const detect::Detected* found = nullptr;
};

/// A claimed act measured again.
struct Remeasured {
  const measure::Methodology* methodology = nullptr;
  measure::Quantified amounts;
};

class Measuring {
 public:
  /// `preferred`: pairs of activity and methodology id. `library` must outlive it.
  Measuring(const measure::Library& library, std::vector<std::pair<std::string, std::string>> preferred)
      : library_(library), preferred_(std::move(preferred)) {}

  /// The acts to claim, in the order found. `unclaimed` gets the acts that are worth nothing, implausible, or another reading of
  /// an act that is claimed.
  [[nodiscard]] std::vector<Measured> measure(const event::Transaction& transaction,
                                              const std::vector<detect::Detected>& detected,
                                              std::vector<Unclaimed>& unclaimed) const;

  /// What a claimed act comes to by the methodologies in force now; nothing where that is what it claims, where it is worth
  /// nothing, or where they would make another act of it.
  [[nodiscard]] std::optional<Remeasured> measure_again(const claim::Reduction& claimed) const;

  /// The methodology in force for the activity when the event ended; null where there is none.
  [[nodiscard]] const measure::Methodology* methodology_for(std::string_view activity, std::int64_t end) const;

 private:
  std::optional<Measured> measure_one(const event::Transaction& transaction, const detect::Detected& found,
                                      std::vector<Unclaimed>& unclaimed) const;

  const measure::Library& library_;
  std::vector<std::pair<std::string, std::string>> preferred_;
};

/// "m.odometer=2043 s=500", for people.
std::string quantities_text(const std::vector<event::QuantityValue>& quantities);

}  // namespace greentill::engine
