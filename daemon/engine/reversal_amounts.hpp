// SPDX-License-Identifier: Apache-2.0
// Which claims a refund takes back, and how much of each: the arithmetic alone, without store, chain or detectors.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/event/transaction.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// A reduction of this store, with what was taken back of it before.
struct Claimed {
  std::uint64_t seq = 0;
  claim::ClaimId id{};
  std::string activity;
  std::vector<event::QuantityValue> quantities;
  Digest nullifier{};
  std::string methodology;
  std::uint64_t methodology_version = 0;
  Digest methodology_sha256{};
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
  std::vector<event::QuantityValue> taken;  ///< in the claim's units
  bool gone = false;                        ///< all of it was taken back
};

/// Nothing where the stored message is no reduction's; corrupt where it cannot be read.
Result<std::optional<Claimed>> claimed_from(std::uint64_t seq, ByteView message);

/// An act that came back, as a detector found it in what was returned.
struct Returned {
  std::string activity;
  std::vector<event::QuantityValue> quantities;
  std::optional<Digest> nullifier;  ///< of the claim meant, where the line is known
};

/// One reversal to be made.
struct TakeBack {
  Digest nullifier{};
  std::optional<claim::ClaimId> claim;
  std::uint64_t of_seq = 0;  ///< 0: the claim is not in this store
  std::string activity;
  std::string returned;                          ///< the activity that came back, which the claim's may stand for
  bool by_line = false;                          ///< what came back named the claim, by its nullifier
  std::vector<event::QuantityValue> quantities;  ///< empty: all of it
  std::vector<outbox::TakenBack> sums;           ///< to be stored
  std::int64_t estimate_mg = 0;                  ///< what the totals lose, not negative
  std::int64_t credited_mg = 0;
};

/// Takes back whatever is left of the claims.
std::vector<TakeBack> take_back_all(std::span<Claimed> claims, const measure::Library& library);

/// Takes back as much of the claims as came back: from the claim a part names, else from those of its activity, the earliest
/// first. What came back beyond what was claimed takes nothing.
std::vector<TakeBack> take_back_parts(std::span<Claimed> claims, std::span<const Returned> parts,
                                      const measure::Library& library);

}  // namespace greentill::engine
