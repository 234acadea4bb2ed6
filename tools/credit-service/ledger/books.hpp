// SPDX-License-Identifier: Apache-2.0
// What an operator sees of the ledger. Nothing here writes, or takes a lock that a worker waits for. ledger/tables implements it,
// on either database. Times are Unix seconds.
//
// Errors: those of the database; corrupt where a stored claim cannot be read.
// Threads: one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/credit-service/ledger/act_view.hpp"
#include "tools/credit-service/ledger/day_store.hpp"
#include "tools/credit-service/ledger/lock_store.hpp"
#include "tools/credit-service/ledger/things.hpp"
#include "tools/credit-service/ledger/year_sums.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

/// How many claims are held.
struct HeldSum {
  std::uint64_t claims = 0;
  std::int64_t asked_mg = 0;  ///< what they ask for
  std::int64_t oldest = 0;    ///< when the first of them arrived; 0: none is held
};

/// Sums and counts of the whole ledger.
struct Report {
  std::map<std::string, std::int64_t> accounts;  ///< mg by kind of account; they add up to 0
  std::map<std::string, std::uint64_t> refused;  ///< number of claims by reason
  std::map<std::string, HeldSum> held;           ///< by reason; a claim that is held for several counts for each
  HeldSum held_in_all;                           ///< each claim once
  std::map<std::string, std::uint64_t> chains;   ///< number of chains by state
  std::map<std::string, std::uint64_t> locks;    ///< number of registered locks by state
  std::uint64_t contradicted = 0;                ///< locks whose rides contradict one another, and nobody has looked
  std::uint64_t claims = 0;
  std::uint64_t pending = 0;
  std::int64_t granted_mg = 0;
};

struct ChainState {
  claim::ChainId chain{};
  std::uint64_t head = 0;
  ChainStanding state = ChainStanding::open;
  std::int64_t since = 0;
  Reason reason = Reason::none;  ///< why it is held or on probation
  std::uint64_t held_from = 0;   ///< the first seq that is held for that; 0: none
  std::uint32_t assignment = 0;
  std::optional<std::uint64_t> closed_at;  ///< the last seq that counts
};

/// The state of a chain as commands spell it.
[[nodiscard]] constexpr std::string_view to_string(ChainStanding state) {
  switch (state) {
    case ChainStanding::open: return "open";
    case ChainStanding::waiting: return "waiting";
    case ChainStanding::on_probation: return "on-probation";
    case ChainStanding::held: return "held";
    case ChainStanding::closed: return "closed";
  }
  return "unknown";
}

/// A device that sent something.
struct DeviceState {
  std::string device;
  std::int64_t first_heard = 0;
  std::int64_t last_heard = 0;     ///< to ten seconds
  std::vector<ChainState> chains;  ///< in the order in which they began here
  std::uint64_t accepted = 0;      ///< claims, held ones among them
  std::uint64_t refused = 0;       ///< claims
  std::uint64_t held = 0;          ///< claims
  std::uint64_t pending = 0;       ///< batches
  std::optional<Standstill> standstill;
};

/// A claim that is refused, or is not taken where its chain would go on.
struct RefusedClaim {
  std::string device;
  claim::ChainId chain{};
  std::uint64_t seq = 0;
  Reason reason = Reason::none;
  std::int64_t since = 0;
  std::optional<Digest> certificate;  ///< the x5t that it named
  bool taken = true;                  ///< whether it has its place; where it has none, the chain stands still before it
};

/// Which refused claims; those that stand empty leave none out.
struct RefusalFilter {
  std::string device;
  std::optional<Reason> reason;
  std::optional<std::int64_t> since;
  std::size_t most = 0;  ///< the latest so many; 0: all
};

/// A batch that waits for its turn.
struct WaitingBatch {
  std::string device;
  claim::ChainId chain{};
  Span span;
  std::uint64_t head = 0;           ///< of its chain
  std::uint64_t missing_first = 0;  ///< what must come before it: 0 where only batches that wait too
  std::uint64_t missing_last = 0;
  std::uint64_t bytes = 0;
};

/// One leg of a booking, with the claim that it is of. Views: until the callback returns.
struct BookedLeg {
  std::int64_t claim = 0;
  std::uint64_t number = 0;  ///< of the claim's bookings
  std::string_view device;
  ByteView payload;
  std::string_view account;  ///< its kind
  std::int64_t mg = 0;
  std::int64_t at = 0;
};

/// An accepted reduction. Views: until the callback returns.
struct AcceptedClaim {
  std::string_view device;
  ByteView payload;
  std::int64_t at = 0;
};

/// From `begin` to before `end`.
struct Period {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// A claim that is held, or any other where it is asked for by its id.
struct HeldClaim {
  std::int64_t id = 0;
  std::string device;
  claim::ChainId chain{};
  std::uint64_t seq = 0;
  std::string merchant;
  std::string activity;       ///< empty for what is no reduction
  std::int64_t asked_mg = 0;  ///< likewise 0
  std::int64_t ended_at = 0;  ///< the end of the act; of what is no reduction when it was recorded
  bool is_reversal = false;
  Decision decision;
};

/// Which held claims; those that stand empty leave none out.
struct HeldFilter {
  std::string device;
  std::string merchant;
  std::optional<Reason> reason;
  std::optional<Period> arrived;
};

/// What the ledger has of a lock's rides.
struct LockState {
  std::uint64_t settled = 0;               ///< every ride up to it is
  std::uint64_t rides = 0;                 ///< that came
  std::uint64_t highest = 0;               ///< counter of those; 0: none came
  std::uint64_t open = 0;                  ///< of those that came, how many are not settled
  std::optional<std::int64_t> first_open;  ///< when the first of those came
  std::optional<std::int64_t> last_came;   ///< when the latest ride did
  std::vector<LockFault> faults;           ///< lifted or not, by counter
};

/// A claim that is kept with an act.
struct KeptClaim {
  std::int64_t id = 0;
  std::string device;
  StoredClaim stored;
  Apart apart = {};
};

/// All that is kept with an act.
struct KeptAct {
  ActKey key;
  Act act;
  std::vector<KeptClaim> claims;                             ///< by place
  std::vector<std::pair<ActReversal, KeptClaim>> reversals;  ///< in the order in which they came
  std::optional<KeptClaim> holder;
};

class Books {
 public:
  virtual ~Books() = default;

  /// Of one snapshot. Cost: reads every claim and account.
  virtual Result<Report> report() = 0;
  /// Checks what must hold of the rows alone: that the books balance, that each claim is shared as its programme says, that acts
  /// have what leads to them, and that devices were told what stands (docs/credit-service.md, "Check"). What stands of an act by
  /// the rules is for who knows them, by acts(). Each message names something that does not hold.
  virtual Result<std::vector<std::string>> check() = 0;

  /// Likewise whether years that are closed are as they were then. Apart, since what was booked into one by a clock that was days
  /// behind stays wrong for good, and must keep nobody from closing the next.
  virtual Result<std::vector<std::string>> check_closes() = 0;

  /// By name. Only `device`, where it is not empty.
  virtual Result<std::vector<DeviceState>> devices(const std::string& device) = 0;
  /// The latest first.
  virtual Result<std::vector<RefusedClaim>> refusals(const RefusalFilter& filter) = 0;
  /// How many refusals() gives without a limit.
  virtual Result<std::uint64_t> count_refusals(const RefusalFilter& filter) = 0;
  /// By device, chain and seq. Only those of `device`, where it is not empty.
  virtual Result<std::vector<WaitingBatch>> pending(const std::string& device) = 0;
  /// The held claims by chain and seq, chains in the order in which they began here.
  virtual Status held(const HeldFilter& filter, const std::function<Status(const HeldClaim&)>& take) = 0;
  /// The claim with that id, held or not; nothing where the ledger has none.
  virtual Result<std::optional<HeldClaim>> claim(std::int64_t id) = 0;
  /// What was screened and not lifted, by device, activity and day. Only of `device`, where it is not empty.
  virtual Result<std::vector<Screened>> screened(const std::string& device) = 0;

  /// Of a registered lock; nothing where there is none of that name.
  virtual Result<std::optional<LockState>> lock(const std::string& id) = 0;

  /// Lifetime: the books'.
  virtual RegistryReader& registry() = 0;

  /// Runs `reads` on one snapshot of the books.
  virtual Status in_one_snapshot(const std::function<Status()>& reads) = 0;
  /// All legs that were booked in the period for claims, those of one booking together; without what made up for a shortfall,
  /// which moves nothing between the claim's parties.
  virtual Status legs(const Period& period, const std::function<Status(const BookedLeg&)>& take) = 0;
  /// All reductions that were granted something for the first time in the period, and those that are accepted since then and were
  /// never granted anything. Not those that are held.
  virtual Status accepted(const Period& period, const std::function<Status(const AcceptedClaim&)>& take) = 0;
  /// Sums of a period, of one snapshot. Cost: reads every booking.
  virtual Result<YearSums> year(const Period& period) = 0;
  /// All acts, by key.
  virtual Status acts(const std::function<Status(const KeptAct&)>& take) = 0;
};

}  // namespace greentill::credit
