// SPDX-License-Identifier: Apache-2.0
// Why a claim is held: any number of reasons at once. Threads: values.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "daemon/verify/reason.hpp"

namespace greentill::credit {

using verify::Reason;

/// The reasons for which a claim may be held, in the order of their bits, which are stored and never change.
inline constexpr Reason kHoldReasons[] = {Reason::probation,         Reason::fork,
                                          Reason::second_repair,     Reason::wrong_assignment,
                                          Reason::after_consent,     Reason::ceiling_device,
                                          Reason::ceiling_merchant,  Reason::after_retirement,
                                          Reason::ceiling_reversals, Reason::too_old,
                                          Reason::screening,         Reason::revoked_since,
                                          Reason::key_withdrawn,     Reason::methodology_not_in_force,
                                          Reason::lock_retired,      Reason::lock_fork};

class Holds {
 public:
  constexpr Holds() = default;
  constexpr Holds(std::initializer_list<Reason> reasons) {
    for (const Reason reason : reasons) add(reason);
  }
  static constexpr Holds from_bits(std::int64_t bits) {
    Holds holds;
    holds.bits_ = bits;
    return holds;
  }
  /// As they are stored.
  [[nodiscard]] constexpr std::int64_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool has(Reason reason) const { return (bits_ & bit(reason)) != 0; }
  constexpr void add(Reason reason) { bits_ |= bit(reason); }
  constexpr void add(Holds others) { bits_ |= others.bits_; }
  constexpr void remove(Reason reason) { bits_ &= ~bit(reason); }
  constexpr void remove(Holds others) { bits_ &= ~others.bits_; }
  /// The first of them, by which a device is told; none where it is empty.
  [[nodiscard]] constexpr Reason first() const {
    for (const Reason reason : kHoldReasons) {
      if (has(reason)) return reason;
    }
    return Reason::none;
  }
  friend constexpr bool operator==(Holds, Holds) = default;

 private:
  static constexpr std::int64_t bit(Reason reason) {
    std::int64_t value = 1;
    for (const Reason one : kHoldReasons) {
      if (one == reason) return value;
      value <<= 1;
    }
    return 0;
  }
  std::int64_t bits_ = 0;
};

/// Those that go with a chain, and not by themselves.
inline constexpr Holds kChainHolds{Reason::probation, Reason::fork, Reason::second_repair, Reason::wrong_assignment};

}  // namespace greentill::credit
