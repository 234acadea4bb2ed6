// SPDX-License-Identifier: Apache-2.0
// What stands of an act, by everything that came for it. docs/ledger.md, "Acts" and "Who takes back", has the rules; their
// numbers stand here where they are followed. Private to ledger/. Threads: pure functions.
//
// What always holds:
// - The judgement follows from the claims and reversals alone, and from who held the act before: not from the order in which
//   reversals and corrections came.
// - At most one claim holds the act. What is held keeps nobody out of it.
// - A reversal takes back what it may take back, or nothing. What it may not take back it does not see.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/claim/claim.hpp"

namespace greentill::credit {

/// How far apart two devices may date the end of one act.
inline constexpr std::int64_t kSameActSeconds = std::int64_t{26} * 3600;

/// A reduction of the act. Views: as long as the payload that it was read from.
struct Told {
  std::int64_t id = 0;  ///< of the claim
  claim::ClaimId claim_id{};
  std::string device;
  std::string merchant;
  std::int64_t recorded = 0;  ///< `iat`
  const claim::Reduction* reduction = nullptr;
  bool held = false;
  bool out = false;    ///< for another cause than a correction: dismissed, held as revoked, refused for good, of another act
  bool apart = false;  ///< one of its nullifiers leads to another act: it stays behind
};

/// A refund, cancellation or correction that is kept with the act, and is neither held nor out.
struct Takes {
  std::int64_t id = 0;
  claim::ClaimId claim_id{};
  std::string device;
  std::string merchant;
  std::vector<std::string> predecessors;  ///< of the merchant, as the registry was when it came
  bool owns_root = false;                 ///< likewise: whether the merchant does
  std::int64_t recorded = 0;
  const claim::Reversal* reversal = nullptr;
};

/// What becomes of one of the act's reductions.
enum class Fate : std::uint8_t {
  holds,   ///< it has the act
  behind,  ///< another one has it
  out,     ///< it counts for nothing in this act
};

struct Judgement {
  std::vector<Fate> fates;     ///< of each that was told, in their order
  std::int64_t holder = 0;     ///< 0: none
  std::int64_t closed_by = 0;  ///< the first whole reversal that applies; 0: none
  /// The reversals that take back something of the holder, in the order in which they were given.
  struct Applied {
    std::size_t index = 0;  ///< into what takes back
    bool foreign = false;   ///< it takes back what is not its merchant's, or a predecessor's: by rule 2 or 3
  };
  std::vector<Applied> applied;
};

/// `told` in the order in which they first came. `holder`: who has the act so far, or 0. Returns one fate for each.
[[nodiscard]] Judgement judge(const std::vector<Told>& told, const std::vector<Takes>& takes, std::int64_t holder);

/// What is left of the holder's quantities after the first `count` reversals that apply; all where none names a part.
/// Requires: no whole one is among them.
[[nodiscard]] claim::Quantities left_of(const claim::Reduction& holder, const std::vector<Takes>& takes,
                                        const std::vector<Judgement::Applied>& applied, std::size_t count);

}  // namespace greentill::credit
