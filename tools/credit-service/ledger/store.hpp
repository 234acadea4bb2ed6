// SPDX-License-Identifier: Apache-2.0
// What the ledger's rules need of a database. The rules work in steps, each under one key (docs/ledger.md, "Steps"): accept and
// tell (a device), ride (a lock), decide (an act), limit (a subject), book (a claim), post (an account). Each operation here
// touches only what one key leads to, so that a store can spread its tables by these keys. ledger/sqlite and ledger/postgres
// implement it; what an operator looks at is read through books.hpp.
//
// Errors: those of the database, after which the transaction must be given up: full, io, corrupt, unavailable where another
// process holds the lock for too long. A change may tell of its failure late, by what follows it, at the latest by the commit.
// Whichever tells of it, nothing of the transaction stays. What is read is a copy, and shows what the transaction changed before.
// Times and ids are as things.hpp has them.
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
#include "tools/credit-service/ledger/day_store.hpp"
#include "tools/credit-service/ledger/lock_store.hpp"
#include "tools/credit-service/ledger/things.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

class AccessStore;
class AccountStore;
class BookkeepingStore;
class TreeStore;

/// A connection to the ledger's database.
class Store : public DayStore, public LockStore {
 public:
  /// Runs `work` in one transaction. Everything that it does through this store is durable together on return; or nothing of it
  /// is done, where `work` or the store fails, and then that error is returned. No other worker's transaction comes between. An
  /// operation outside of `work` is a transaction of its own. `work` must not call transact().
  virtual Status transact(const std::function<Status()>& work) = 0;

  // Accept and tell, by device.
  /// What is kept of the device; nothing where it never sent anything.
  virtual Result<std::optional<DeviceBook>> device_book(const std::string& device) = 0;
  /// In place of what is kept of it.
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
  /// Moves the head of a stored chain alone.
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
  /// What was decided of the claims with ids in (after, to], ascending.
  virtual Result<std::vector<Decided>> decided(std::int64_t after, std::int64_t to) = 0;
  /// The ids of claims of the chain behind the id `after` that are held, for any reason of `holds`; ascending, at most `most`.
  virtual Result<std::vector<std::int64_t>> held(std::int64_t chain, std::int64_t after, Holds holds, std::size_t most) = 0;
  /// The ids of claims of the device that arrived at `since` or later, behind the id `after`; ascending, at most `most`.
  virtual Result<std::vector<std::int64_t>> arrived_since(const std::string& device, std::int64_t since, std::int64_t after,
                                                          std::size_t most) = 0;
  /// The ids of all claims in (after, to], ascending, at most `most`.
  virtual Result<std::vector<std::int64_t>> placed(std::int64_t after, std::int64_t to, std::size_t most) = 0;
  /// Keeps a change for receipts to tell. Requires: a number that none of the device's changes has.
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
  /// Removes a kept batch of the device.
  virtual Status drop_kept(const std::string& device, std::int64_t id) = 0;

  // Decide, by act.
  /// The act that the nullifier leads to; nothing where none does.
  virtual Result<std::optional<ActKey>> act_of(const claim::Nullifier& nullifier) = 0;
  /// Leads the nullifier to the act.
  virtual Status lead(const claim::Nullifier& nullifier, const ActKey& act) = 0;
  /// It leads nowhere any more, or did not before.
  virtual Status drop_nullifier(const claim::Nullifier& nullifier) = 0;
  /// The act; all zeros where there is none.
  virtual Result<Act> act(const ActKey& key) = 0;
  /// Its key leads to it.
  virtual Status put_act(const ActKey& key, const Act& act) = 0;
  /// Puts a new one, unless its key leads to an act already: false then, and nothing is changed.
  virtual Result<bool> begin_act(const ActKey& key, const Act& act) = 0;
  /// Removes the act with its claims and reversals.
  virtual Status drop_act(const ActKey& key) = 0;
  /// The act's claims by place.
  virtual Result<std::vector<ActClaim>> act_claims(const ActKey& key) = 0;
  /// At its place, which no other claim of the act has; nothing happens where it is there.
  virtual Status add_act_claim(const ActKey& key, const ActClaim& claim) = 0;
  /// The act's reversals in the order in which they came.
  virtual Result<std::vector<ActReversal>> reversals(const ActKey& key) = 0;
  /// Behind those that the act has; nothing happens where it is one of them.
  virtual Status add_reversal(const ActKey& key, const ActReversal& reversal) = 0;

  // Limit, by subject.
  /// How many mg of the subject's limit for the activity were used in a period: a day as 20261124, or a month as 202611.
  virtual Result<std::int64_t> used(std::string_view subject, std::string_view activity, std::int64_t period) = 0;
  /// Adds to what used() returns; a negative `mg` gives back.
  virtual Status use(std::string_view subject, std::string_view activity, std::int64_t period, std::int64_t mg) = 0;

  // Book, by claim; post, by account.
  /// Adds a booking as the claim's next, and posts its legs, of which those of system accounts are kept in their balances alone.
  /// Requires: the legs add up to 0, and no two are of one account.
  virtual Status book(const Booking& booking) = 0;
  /// The claim's bookings in turn.
  virtual Result<std::vector<Booking>> bookings(std::int64_t claim) = 0;
  /// The number of the account with that kind, name and slot, which is created where it does not exist.
  virtual Result<std::int64_t> account(std::string_view kind, std::string_view name, unsigned slot) = 0;
  /// Of a system account that has no name, the slot that counts for what has this number.
  Result<std::int64_t> system_account(std::string_view kind, std::int64_t number) {
    return account(kind, "", static_cast<unsigned>(number % kSystemAccountSlots));
  }
  /// The number of the account of that kind and name, of slot 0; nothing where there is none.
  virtual Result<std::optional<std::int64_t>> find_account(std::string_view kind, std::string_view name) = 0;
  /// Kind and name of the account; corrupt where there is no such account.
  virtual Result<std::pair<std::string, std::string>> account_name(std::int64_t account) = 0;
  /// What the account has, in mg; it may be below 0.
  virtual Result<std::int64_t> balance(std::int64_t account) = 0;
  /// How much of it may leave the account by then, at least 0. Requires: no system account. Cost: reads all legs of the account.
  virtual Result<std::int64_t> spendable(std::int64_t account, std::int64_t at) = 0;
  /// The participant whose the account is; empty where it is nobody's.
  virtual Result<std::string> owner(std::int64_t account) = 0;
  /// Makes the account the participant's; empty: nobody's. Requires: no system account.
  virtual Status set_owner(std::int64_t account, const std::string& participant) = 0;
  /// Calls the account otherwise: nothing leads from what it was called any more. Requires: slot 0, no system account.
  virtual Status rename_account(std::int64_t account, const std::string& kind, const std::string& name) = 0;

  // Work, by key.
  /// Adds work, in place of what has the same step, key and number.
  virtual Status put_work(const Work& work) = 0;
  /// Nothing happens where there is none such.
  virtual Status drop_work(WorkStep step, const std::string& key, std::int64_t no) = 0;
  /// Whether there is such work, due or not.
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
  /// Likewise accounts of people and merchants, vouchers and closed years, who may ask the HTTP API, and trees.
  virtual AccountStore& accounts() = 0;
  virtual BookkeepingStore& bookkeeping() = 0;
  virtual AccessStore& access() = 0;
  virtual TreeStore& trees() = 0;

  // The whole.
  /// The ledger's epoch, from 1.
  virtual Result<std::uint64_t> epoch() = 0;
  /// Begins the next epoch. Devices then count changes from 1 again, as they are numbered here: each is told again.
  virtual Status raise_epoch() = 0;
  /// All that is held. Cost: reads each claim that is.
  virtual Result<std::vector<HeldCount>> count_held() = 0;
};

}  // namespace greentill::credit
