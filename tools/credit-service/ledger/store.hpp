// SPDX-License-Identifier: Apache-2.0
// What the ledger's rules need of a database. The rules work in steps, each under one key (docs/ledger.md, "Steps"): accept and
// tell (a device), decide (an act), limit (a subject), book (a claim), post (an account). Each operation here touches only what
// one key leads to, so that a store can spread its tables by these keys. sqlite/store.hpp implements it; what an operator looks
// at is read through books.hpp.
//
// Errors: those of the database, after which the transaction must be given up: full, io, corrupt, unavailable where another
// process holds the lock for too long. Times are Unix seconds. `claim` is an id as of Chain::claim_id().
// Threads: one; any number of stores, in as many processes, share a database.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/receipt.hpp"
#include "tools/credit-service/ledger/day_store.hpp"
#include "tools/credit-service/ledger/holds.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

using claim::ChainStanding;

/// A chain of a device, and how far it was processed. docs/chains.md.
struct Chain {
  std::int64_t no = 0;  ///< 0 where it is not stored
  claim::ChainId id{};
  ChainStanding state = ChainStanding::open;
  std::int64_t state_since = 0;
  Reason reason = Reason::none;  ///< why it is held or on probation
  std::uint64_t held_from = 0;   ///< the first seq that is held for that; 0: none
  std::uint32_t assignment = 0;  ///< under which it was begun
  Digest key{};                  ///< the hash of the key that signed its start
  std::uint64_t seq = 0;         ///< of its head; 0: nothing yet
  Digest hash{};                 ///< of the payload of the claim `seq`; zeros at 0
  std::int64_t predecessor = 0;  ///< the number of the chain that its start names, where that is known; else 0
  std::uint64_t predecessor_seq = 0;
  std::optional<std::uint64_t> closed_at;   ///< the last seq that counts
  std::int64_t booked_at = 0;               ///< when its start was decided; 0: it waits
  std::int64_t opened_at = 0;               ///< when it last became the open one; 0: never
  std::int64_t silent_from = 0;             ///< of a probation: hours in which workers took batches count from then
  std::vector<std::uint8_t> contradiction;  ///< the first message that contradicts it; empty: none

  /// The id of one of the chain's claims: the chain's number, and the seq in the lower 40 bits. Requires: a seq below 2^40.
  [[nodiscard]] std::int64_t claim_id(std::uint64_t of_seq) const { return (no << 40) | static_cast<std::int64_t>(of_seq); }
};

/// The number of a claim's chain, and its seq.
[[nodiscard]] constexpr std::int64_t chain_of(std::int64_t claim) { return claim >> 40; }
[[nodiscard]] constexpr std::uint64_t seq_of(std::int64_t claim) {
  return static_cast<std::uint64_t>(claim) & ((std::uint64_t{1} << 40) - 1);
}

/// Consecutive claims of a chain.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// What is kept of a device besides its chains.
struct DeviceBook {
  std::int64_t first_heard = 0;
  std::int64_t last_heard = 0;  ///< to ten seconds
  std::uint64_t change = 0;     ///< the number of the last one that it was told
  /// When the last repair was counted; none: none counts. kRepairFree: the next one is not counted.
  std::optional<std::int64_t> repaired_at;
  std::int64_t quota_claims = 0;  ///< what was left of the quota at quota_at
  std::int64_t quota_bytes = 0;
  std::int64_t quota_at = 0;
};
inline constexpr std::int64_t kRepairFree = -1;

/// What was decided of a claim. `customer`, `programme` and `granted` are set for reductions that were accepted once, also where
/// they are held or duplicates now.
struct Decision {
  Reason reason = Reason::none;            ///< none: accepted
  Holds holds;                             ///< why it is held; those that were lifted are not among them
  Holds lifted;                            ///< what a person has released it from: it is not held for that again
  std::int64_t arrived = 0;                ///< first
  std::int64_t since = 0;                  ///< of the last decision
  std::optional<std::int64_t> refused_at;  ///< the last time; none where the claim is accepted
  std::optional<Digest> certificate;       ///< the x5t under which it was refused; none where it was accepted or names none
  std::optional<std::int64_t> customer;    ///< the account that has the customer's share
  std::optional<std::int64_t> programme;   ///< under which it was accepted
  std::optional<std::int64_t> granted;     ///< mg that stand now
  bool differs = false;                    ///< whether that was another amount than asked for when it was first decided
  friend bool operator==(const Decision&, const Decision&) = default;
};

/// A claim's payload, and what was decided of it.
struct StoredClaim {
  Decision decision;
  std::vector<std::uint8_t> payload;
};

/// A claim that is not taken where its chain would go on, so that the chain stands still.
struct Standstill {
  claim::ChainId chain{};
  std::uint64_t seq = 0;
  Reason reason = Reason::none;
  Digest certificate{};  ///< the x5t that it names; zero where that cannot be read
  std::int64_t since = 0;
};

/// A batch that was kept aside because an earlier one is missing, or its chain waits.
struct KeptBatch {
  std::int64_t id = 0;
  std::int64_t at = 0;
  std::vector<std::uint8_t> correlation;
  std::vector<std::uint8_t> bytes;
};

/// What a kept batch reaches over, and when it came.
struct Span {
  std::uint64_t first = 0;  ///< the lowest seq in it
  std::uint64_t last = 0;   ///< the highest
  std::int64_t at = 0;
};

/// What stands now of a claim, as its device is told (docs/claim-format.md, "Receipts").
struct ToldChange {
  std::uint64_t number = 0;
  std::int64_t claim = 0;
  claim::Standing standing = claim::Standing::accepted;
  std::int64_t granted_mg = 0;
  Reason reason = Reason::none;
  std::int64_t at = 0;
};

/// An act by its lowest nullifier.
using ActKey = claim::Nullifier;

struct Act {
  std::int64_t holder = 0;     ///< the claim that has it; 0: none
  std::int64_t closed_by = 0;  ///< a reversal that closes it; 0: none
};

/// A claim of an act that is not its holder, or was not once.
struct ActClaim {
  std::uint64_t place = 0;  ///< in the order in which they came
  std::int64_t claim = 0;
};

/// A reversal that is kept with an act, and whom it may take back as the registry was when it came.
struct ActReversal {
  std::int64_t reversal = 0;
  std::string merchant;  ///< for whom its device works
  std::string entitled;  ///< JSON, of the rules'
};

/// What a booking adds to one account. The legs of a booking add up to 0.
struct Leg {
  std::int64_t account = 0;
  std::int64_t mg = 0;
  friend bool operator==(const Leg&, const Leg&) = default;
};

enum class BookingKind : std::uint8_t { grant = 0, taken_back = 1, stands_again = 2, shortfall = 3, spent = 4 };

struct Booking {
  std::int64_t claim = 0;
  BookingKind kind = BookingKind::grant;
  std::int64_t at = 0;
  std::int64_t spendable_at = 0;
  std::vector<Leg> legs;  ///< add up to 0
};

/// Something to be done at a time, under one key.
enum class WorkStep : std::uint8_t {
  sweep = 0,   ///< a long decision of a person's goes on: a release, a dismissal, a revocation
  decide = 1,  ///< an act that could not be decided for want of a methodology
  screen = 2,  ///< a device's day is over, or much more came for it
};
struct Work {
  WorkStep step = WorkStep::sweep;
  std::string key;  ///< a device, or an act
  std::int64_t no = 0;
  std::vector<std::uint8_t> what;
  std::int64_t due = 0;
};

/// How many claims are held for the same reasons.
struct HeldCount {
  Holds holds;
  std::uint64_t claims = 0;
  std::int64_t oldest = 0;  ///< when the first of them arrived
};

/// A connection to the ledger's database.
class Store : public DayStore {
 public:
  /// Runs `work` in one transaction. Everything that it does through this store is durable together on return; or nothing of it
  /// is done, where `work` or the store fails, and then that error is returned. No other worker's transaction comes between. An
  /// operation outside of `work` is a transaction of its own. `work` must not call transact().
  virtual Status transact(const std::function<Status()>& work) = 0;

  // Accept and tell, by device.
  /// What is kept of the device; nothing where it never sent anything.
  virtual Result<std::optional<DeviceBook>> device_book(const std::string& device) = 0;
  virtual Status put_device_book(const std::string& device, const DeviceBook& book) = 0;
  /// The device's chains, by number.
  virtual Result<std::vector<Chain>> chains(const std::string& device) = 0;
  /// One of them; nothing where the device has none of that id.
  virtual Result<std::optional<Chain>> find_chain(const std::string& device, const claim::ChainId& id) = 0;
  /// Those of them of which batches are kept aside, by number.
  virtual Result<std::vector<Chain>> kept_chains(const std::string& device) = 0;
  /// A chain and its device, by number; corrupt where there is none.
  virtual Result<std::pair<Chain, std::string>> chain(std::int64_t no) = 0;
  /// All chains on probation, with their devices.
  virtual Result<std::vector<std::pair<Chain, std::string>>> chains_on_probation() = 0;
  /// Stores a new chain, whose `no` is 0, and returns its number. full where there is no number left.
  virtual Result<std::int64_t> add_chain(const std::string& device, const Chain& chain) = 0;
  /// Changes everything of a stored chain but its number, id, key and assignment.
  virtual Status put_chain(const Chain& chain) = 0;
  /// Moves the head alone.
  virtual Status move_head(const Chain& chain) = 0;
  /// Notes that a gap called these claims of the chain lost.
  virtual Status add_lost(std::int64_t chain, const Range& range) = 0;
  /// What gaps called lost of the chain, by first.
  virtual Result<std::vector<Range>> lost(std::int64_t chain) = 0;
  /// Notes that workers took batches in this hour (Unix seconds / 3600).
  virtual Status note_hour(std::int64_t hour) = 0;
  /// How many hours after `hour` were noted.
  virtual Result<std::size_t> hours_after(std::int64_t hour) = 0;
  /// Notes that a chain of the device stands still, in place of what was noted of the device before; where that was the same,
  /// its time stays.
  virtual Status stand_still(const std::string& device, const Standstill& standstill) = 0;
  /// Forgets that the chain stands still at `seq` or before.
  virtual Status go_on(const std::string& device, const claim::ChainId& chain, std::uint64_t seq) = 0;
  /// A stored claim; nothing where there is none.
  virtual Result<std::optional<StoredClaim>> claim(std::int64_t id) = 0;
  /// Stores a new claim.
  virtual Status add_claim(std::int64_t id, const Decision& decision, ByteView payload) = 0;
  /// Changes the decision of a stored claim.
  virtual Status put_decision(std::int64_t id, const Decision& decision) = 0;
  /// The refused claims with ids in (after, to], ascending, at most `most`.
  virtual Result<std::vector<std::pair<std::uint64_t, Reason>>> refused(std::int64_t after, std::int64_t to,
                                                                        std::size_t most) = 0;
  /// Likewise those accepted that were granted another amount than asked for when they were decided, with what they are granted.
  virtual Result<std::vector<std::pair<std::uint64_t, std::int64_t>>> differing(std::int64_t after, std::int64_t to,
                                                                                std::size_t most) = 0;
  /// The ids of claims of the chain behind the id `after` that are held, for any reason of `holds`; ascending, at most `most`.
  virtual Result<std::vector<std::int64_t>> held(std::int64_t chain, std::int64_t after, Holds holds, std::size_t most) = 0;
  /// The ids of claims of the device that arrived at `since` or later, behind the id `after`; ascending, at most `most`.
  virtual Result<std::vector<std::int64_t>> arrived_since(const std::string& device, std::int64_t since, std::int64_t after,
                                                          std::size_t most) = 0;
  /// The ids of all claims in (after, to], ascending, at most `most`.
  virtual Result<std::vector<std::int64_t>> placed(std::int64_t after, std::int64_t to, std::size_t most) = 0;
  virtual Status add_change(const std::string& device, const ToldChange& change) = 0;
  /// The device's changes above `number`, ascending, at most `most`.
  virtual Result<std::vector<ToldChange>> changes(const std::string& device, std::uint64_t number, std::size_t most) = 0;
  /// How many batches of the device are kept aside.
  virtual Result<std::size_t> count_kept(const std::string& device) = 0;
  /// Keeps a batch aside; the same bytes only once: false where they are kept already. `digest` is the SHA-256 of `bytes`.
  virtual Result<bool> keep(const std::string& device, const claim::ChainId& chain, const Span& span, const Digest& digest,
                            ByteView correlation, ByteView bytes) = 0;
  /// The kept batch of the chain with the lowest first seq, where that is at most `first`; else nothing.
  virtual Result<std::optional<KeptBatch>> next_kept(const std::string& device, const claim::ChainId& chain,
                                                     std::uint64_t first) = 0;
  /// All kept batches of the chain, by first seq.
  virtual Result<std::vector<KeptBatch>> kept(const std::string& device, const claim::ChainId& chain) = 0;
  /// Removes a kept batch.
  virtual Status drop_kept(std::int64_t id) = 0;

  // Decide, by act.
  /// The act that the nullifier leads to; nothing where none does.
  virtual Result<std::optional<ActKey>> act_of(const claim::Nullifier& nullifier) = 0;
  /// Leads the nullifier to the act.
  virtual Status lead(const claim::Nullifier& nullifier, const ActKey& act) = 0;
  virtual Status drop_nullifier(const claim::Nullifier& nullifier) = 0;
  /// The act; all zeros where there is none.
  virtual Result<Act> act(const ActKey& key) = 0;
  /// Its key leads to it.
  virtual Status put_act(const ActKey& key, const Act& act) = 0;
  /// Removes the act with its claims and reversals.
  virtual Status drop_act(const ActKey& key) = 0;
  /// The act's claims by place.
  virtual Result<std::vector<ActClaim>> act_claims(const ActKey& key) = 0;
  virtual Status add_act_claim(const ActKey& key, const ActClaim& claim) = 0;
  /// The act's reversals in the order in which they came.
  virtual Result<std::vector<ActReversal>> reversals(const ActKey& key) = 0;
  virtual Status add_reversal(const ActKey& key, const ActReversal& reversal) = 0;

  // Limit, by subject.
  /// How many mg of the subject's limit for the activity were used in a period: a day as 20261124, or a month as 202611.
  virtual Result<std::int64_t> used(std::string_view subject, std::string_view activity, std::int64_t period) = 0;
  /// Adds to what used() returns; a negative `mg` gives back.
  virtual Status use(std::string_view subject, std::string_view activity, std::int64_t period, std::int64_t mg) = 0;

  // Book, by claim; post, by account.
  /// Adds a booking as the claim's next, and posts its legs. Requires: the legs add up to 0, and no two are of one account.
  virtual Status book(const Booking& booking) = 0;
  /// The claim's bookings in turn.
  virtual Result<std::vector<Booking>> bookings(std::int64_t claim) = 0;
  /// The number of the account with that kind, name and slot, which is created where it does not exist.
  virtual Result<std::int64_t> account(std::string_view kind, std::string_view name, unsigned slot) = 0;
  /// Kind and name of the account; corrupt where there is no such account.
  virtual Result<std::pair<std::string, std::string>> account_name(std::int64_t account) = 0;
  /// What the account has, in mg; it may be below 0.
  virtual Result<std::int64_t> balance(std::int64_t account) = 0;
  /// How much of it may leave the account by then, at least 0. Cost: reads all legs of the account.
  virtual Result<std::int64_t> spendable(std::int64_t account, std::int64_t at) = 0;

  // Work, by key.
  /// Adds work, in place of what has the same step, key and number.
  virtual Status put_work(const Work& work) = 0;
  virtual Status drop_work(WorkStep step, const std::string& key, std::int64_t no) = 0;
  virtual Result<bool> has_work(WorkStep step, const std::string& key, std::int64_t no) = 0;
  /// What is due at `now`, the earliest first, at most `most`.
  virtual Result<std::vector<Work>> due(std::int64_t now, std::size_t most) = 0;

  // Programmes, by digest.
  /// Stores a programme's file, unless it is stored already, and returns its number.
  virtual Result<std::int64_t> keep_programme(const Digest& sha256, std::string_view bytes) = 0;
  /// The bytes of a stored programme; corrupt where it is missing.
  virtual Result<std::string> programme(std::int64_t id) = 0;

  /// The registry, in the same database. Lifetime: the store's.
  virtual RegistryStore& registry() = 0;

  // The whole.
  /// The ledger's epoch, from 1.
  virtual Result<std::uint64_t> epoch() = 0;
  /// Begins the next epoch. Devices then count changes from 1 again, as they are numbered here: each is told again.
  virtual Status raise_epoch() = 0;
  /// All that is held. Cost: reads each claim that is.
  virtual Result<std::vector<HeldCount>> count_held() = 0;
};

}  // namespace greentill::credit
