// SPDX-License-Identifier: Apache-2.0
// The step accept, of one claim by itself: whether its device may say it, and for what it is held (docs/ledger.md, "Steps";
// docs/claim-format.md, "Nullifier"). Called within the store's current transaction. Private to ledger/. Threads: one.
#pragma once

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/ledger/lookup.hpp"
#include "tools/credit-service/programme/programme.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

/// For how long what a retired device sends is taken as before.
inline constexpr std::int64_t kRetiredSeconds = 30 * kSecondsADay;

/// Why a claim is refused, or else for what it is held.
struct Acceptance {
  Reason reason = Reason::none;
  Holds holds;
};

/// Whether a place lies behind the one up to which a key with a successor is good. Chains that were begun before the one in which
/// that lies stay as they are, and so do all while that one is not here; where nothing is good, everything lies behind.
[[nodiscard]] bool lies_behind_end(const std::vector<Chain>& chains, const Chain& chain, std::uint64_t seq, const DeviceKey& key);
/// Whether so does a chain that begins; `chains` without that one.
[[nodiscard]] bool begins_behind_end(const std::vector<Chain>& chains, const claim::ChainId& id, const DeviceKey& key);

/// After a chain was closed for one under another key: where that one is the successor of the closed chain's, and nothing says
/// how far the older is good, it is good up to the place at which its chain was closed. `opened`: the chain that goes on.
Status end_key(Store& store, Lookup& lookup, const Chain& closed, const Chain& opened);

class Accepting {
 public:
  /// What it refers to must outlive it.
  Accepting(Store& store, Lookup& lookup, const Programme& programme) : store_(store), lookup_(lookup), programme_(programme) {}

  /// `came`: when it first did, by which its age is judged. `chain`: where it has its place, one of the device's `chains`.
  Result<Acceptance> accept(const Device& device, const std::vector<Chain>& chains, const Chain& chain, const BatchClaim& claim,
                            std::int64_t came, std::int64_t now);

 private:
  Result<Reason> check_roots(const Assignment& assignment, const claim::Nullifiers& nullifiers,
                             std::optional<std::int64_t> ended);
  Result<Acceptance> accept_reduction(const Assignment& assignment, const claim::Claim& claim,
                                      const std::optional<SeenRide>& ride, std::int64_t came, std::int64_t now);
  /// Whether the lock whose ride it carries may speak.
  Result<Acceptance> accept_ride(const SeenRide& ride);
  /// Adds what the device and its keys are held for.
  Status hold(const Device& device, const std::vector<Chain>& chains, const Chain& chain, const BatchClaim& claim,
              std::int64_t came, Holds& holds);

  Store& store_;
  Lookup& lookup_;
  const Programme& programme_;
};

}  // namespace greentill::credit
