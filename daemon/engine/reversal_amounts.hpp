// SPDX-License-Identifier: Apache-2.0
// Which claims a refund takes back, and how much of each: only the arithmetic, without store, chain or detectors. Threads: pure
// functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/engine/acts.hpp"
#include "daemon/event/transaction.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// The amount in that unit; null where there is none. It points into `quantities`.
std::int64_t* find_unit(std::vector<event::QuantityValue>& quantities, std::string_view unit);

/// A reduction of this store, with what was taken back of it so far.
struct Claimed {
  std::uint64_t seq = 0;  ///< in the chain in force; 0 where it is of an earlier one
  claim::ClaimId id{};
  std::string activity;
  std::vector<event::QuantityValue> quantities;
  claim::Nullifiers nullifiers;  ///< at least one
  std::optional<Act> act;        ///< where it is known which act of its event it is of
  std::string methodology;
  std::uint64_t methodology_version = 0;
  Digest methodology_sha256{};
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
  std::vector<event::QuantityValue> taken;  ///< in the claim's units
  bool gone = false;                        ///< whether all of it was taken back
};

/// Nothing where the stored message is another kind of entry; corrupt where it cannot be read.
Result<std::optional<Claimed>> claimed_from(std::uint64_t seq, ByteView message);

/// An act that came back, as a detector found it in the returned goods or trip.
struct Returned {
  std::string activity;
  std::vector<event::QuantityValue> quantities;
  std::optional<Act> act;  ///< which act it is, where the line is known
};

/// One reversal to be made.
struct TakeBack {
  claim::Nullifiers nullifiers;  ///< of what is taken back
  std::optional<Act> act;        ///< which act that is, where it is known
  std::optional<claim::ClaimId> claim;
  std::uint64_t of_seq = 0;  ///< the claim's seq; 0 where this store does not have it
  std::string activity;
  bool by_line = false;                          ///< whether the refund names the act, rather than that its activity fits
  std::vector<event::QuantityValue> quantities;  ///< how much is taken back; empty: all of it
  std::vector<outbox::TakenBack> sums;           ///< the new sums to store
  std::int64_t estimate_mg = 0;                  ///< how much the totals are lowered; never negative
  std::int64_t credited_mg = 0;
};

/// Takes back all that is left of each claim.
std::vector<TakeBack> take_back_all(std::span<Claimed> claims, const measure::Library& library);

/// Takes back as much as came back: from the claim of the act that a part names, else from the claims of its activity, the
/// earliest first. What came back beyond what was claimed takes nothing. No claim is taken from twice by its act, nor twice by
/// its activity.
std::vector<TakeBack> take_back_parts(std::span<Claimed> claims, std::span<const Returned> parts,
                                      const measure::Library& library);

}  // namespace greentill::engine
