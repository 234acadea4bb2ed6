// SPDX-License-Identifier: Apache-2.0
// What the ledger's rules need of a database. The rules work in steps, each under one key: accept (a device), decide (a
// nullifier), limit (an account), book (one row with all its legs), post (an account). Each operation here touches only what one
// key leads to, so that a store can spread its tables by these keys. Done twice, an operation leaves what it leaves when done
// once; but for add_chain(), use(), book() and raise_epoch(), which the transaction around them must keep from being done twice.
// sqlite/store.hpp implements it; what an operator looks at is read through books.hpp.
//
// Errors: those of the database, after which the transaction must be given up: full, io, corrupt, unavailable where another
// process holds the lock for too long. `claim` and `reversal` are ids as of Head::claim_id().
// Threads: one; any number of stores, in as many processes, share a database.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/verify/reason.hpp"
#include "tools/credit-service/programme/programme.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

using verify::Reason;

/// How far a chain was processed. seq 0 and a zero hash: nothing yet.
struct Head {
  std::int64_t row = 0;  ///< the chain's number; 0 where it is not stored yet
  std::uint64_t seq = 0;
  Digest hash{};  ///< of the payload of the claim `seq`
  /// The id of one of the chain's claims: the chain's row, and the seq in the lower 40 bits. Requires: a seq below 2^40.
  [[nodiscard]] std::int64_t claim_id(std::uint64_t of_seq) const { return (row << 40) | static_cast<std::int64_t>(of_seq); }
};

/// What was decided of a claim. The last three are set for an accepted reduction.
struct Decision {
  Reason reason = Reason::none;
  std::int64_t since = 0;                  ///< Unix seconds: when it was accepted, or first refused
  std::optional<std::int64_t> refused_at;  ///< Unix seconds, the last time; none where the claim was accepted
  std::optional<Digest> certificate;       ///< the x5t under which it was refused; none where it was accepted or names none
  std::optional<std::int64_t> granted;     ///< mg that stand now
  std::optional<std::int64_t> customer;    ///< the account that has the customer's share
  std::optional<std::int64_t> programme;   ///< by which it was granted
};

/// A claim that is not taken where its chain would go on, so that the chain stands still.
struct Standstill {
  claim::ChainId chain{};
  std::uint64_t seq = 0;
  Reason reason = Reason::none;
  Digest certificate{};    ///< the x5t that it names; zero where that cannot be read
  std::int64_t since = 0;  ///< Unix seconds
};

/// A claim's payload, and what was decided of it.
struct StoredClaim {
  Decision decision;
  std::vector<std::uint8_t> payload;
};

/// A reversal, by the claim that it is.
struct StoredReversal {
  std::int64_t id = 0;  ///< of the claim that it is
  std::vector<std::uint8_t> payload;
};

/// A batch that was kept aside because an earlier one is missing.
struct KeptBatch {
  std::int64_t id = 0;
  std::vector<std::uint8_t> correlation;
  std::vector<std::uint8_t> bytes;
};

/// What a kept batch reaches over, and when it came.
struct Span {
  std::uint64_t first = 0;  ///< the lowest seq in it
  std::uint64_t last = 0;   ///< the highest
  std::int64_t at = 0;      ///< Unix seconds
};

/// What a booking adds to one account. The legs of a booking add up to 0.
struct Leg {
  std::int64_t account = 0;
  std::int64_t mg = 0;
};

/// Claims of one chain that were refused, and why, by seq.
using Refusals = std::map<std::uint64_t, Reason>;

/// Who trusts a device again, and why.
struct Release {
  std::int64_t at = 0;  ///< Unix seconds
  std::string who;
  std::string why;
};

/// A connection to the ledger's database.
class Store {
 public:
  virtual ~Store() = default;
  /// Runs `work` in one transaction. Everything that it does through this store is durable together on return; or nothing of it
  /// is done, where `work` or the store fails, and then that error is returned. No other worker's transaction comes between. An
  /// operation outside of `work` is a transaction of its own. `work` must not call transact().
  virtual Status transact(const std::function<Status()>& work) = 0;

  // Accept, by device.
  /// Notes that a batch of the device came at `at` (Unix seconds); to ten seconds, so that a device which repeats itself writes
  /// nothing.
  virtual Status heard(const std::string& device, std::int64_t at) = 0;
  /// Notes that a chain of the device stands still, in place of what was noted of the device before; where that was the same,
  /// its time stays.
  virtual Status stand_still(const std::string& device, const Standstill& standstill) = 0;
  /// Forgets that the chain stands still at `seq` or before.
  virtual Status go_on(const std::string& device, const claim::ChainId& chain, std::uint64_t seq) = 0;
  /// Where the chain stands; row 0 where it is not stored.
  virtual Result<Head> head(const std::string& device, const claim::ChainId& chain) = 0;
  /// How many chains of the device are stored.
  virtual Result<std::size_t> count_chains(const std::string& device) = 0;
  /// Stores a new chain and returns its row. Requires: head() gave row 0. full where there is no number left.
  virtual Result<std::int64_t> add_chain(const std::string& device, const claim::ChainId& chain) = 0;
  /// Sets seq and hash of the chain `head.row`.
  virtual Status move_head(const Head& head) = 0;
  /// Whether the device is quarantined.
  virtual Result<bool> is_quarantined(const std::string& device) = 0;
  /// Quarantines the device; false where it was already, and then the first time and cause stay. `at`: Unix seconds.
  virtual Result<bool> quarantine(const std::string& device, std::int64_t at, const std::string& cause) = 0;
  /// Ends the device's quarantine and keeps who did it and why; false where it was in none.
  virtual Result<bool> release(const std::string& device, const Release& release) = 0;
  /// A stored claim; nothing where there is none.
  virtual Result<std::optional<StoredClaim>> claim(std::int64_t id) = 0;
  /// Stores the claim, or changes the decision of a stored one, whose payload stays as it is, and so does `since` while it goes
  /// on being refused, or accepted.
  virtual Status put_claim(std::int64_t id, const Decision& decision, ByteView payload) = 0;
  /// Claims of the chain up to the head that were refused at `since` (Unix seconds) or later: the `most` latest ones.
  virtual Result<Refusals> refused_since(const Head& head, std::int64_t since, std::size_t most) = 0;
  /// Claims of the chain behind `seq` that are refused, whenever that was: at most `most`.
  virtual Result<Refusals> refused_behind(const Head& head, std::uint64_t seq, std::size_t most) = 0;
  /// How many batches of the device are kept aside.
  virtual Result<std::size_t> count_kept(const std::string& device) = 0;
  /// Keeps a batch aside; the same bytes only once. `digest` is the SHA-256 of `bytes`.
  virtual Status keep(const std::string& device, const claim::ChainId& chain, const Span& span, const Digest& digest,
                      ByteView correlation, ByteView bytes) = 0;
  /// The kept batch of the chain with the lowest first seq, where that is at most `first`; else nothing.
  virtual Result<std::optional<KeptBatch>> next_kept(const std::string& device, const claim::ChainId& chain,
                                                     std::uint64_t first) = 0;
  /// Removes a kept batch.
  virtual Status drop_kept(std::int64_t id) = 0;

  // Decide, by nullifier.
  /// Gives the nullifier to the claim, unless it is another's; returns the claim that has it now.
  virtual Result<std::int64_t> take_nullifier(const Digest& mac, std::int64_t claim) = 0;
  /// Takes the nullifier from the claim, if that has it.
  virtual Status free_nullifier(const Digest& mac, std::int64_t claim) = 0;
  /// The claim that has the nullifier; nothing where none has.
  virtual Result<std::optional<std::int64_t>> owner(const Digest& mac) = 0;
  /// Stores that a reversal waits under the nullifier.
  virtual Status add_reversal(const Digest& mac, std::int64_t reversal) = 0;
  /// Binds a reversal under the nullifier to the claim that it takes back.
  virtual Status bind_reversal(const Digest& mac, std::int64_t reversal, std::int64_t claim) = 0;
  /// The reversals under the nullifier that are bound to the claim; without a claim, those that wait. Ordered by id.
  virtual Result<std::vector<StoredReversal>> reversals(const Digest& mac, std::optional<std::int64_t> claim) = 0;

  // Limit and post, by account.
  /// The number of the account with that kind and name, which is created where it does not exist.
  virtual Result<std::int64_t> account(std::string_view kind, std::string_view name) = 0;
  /// The account's kind; empty where there is no such account.
  virtual Result<std::string> kind_of(std::int64_t account) = 0;
  /// How many mg of the account's limit for the activity were used in a period: a day as 20261124, or a month as 202611.
  virtual Result<std::int64_t> used(std::int64_t account, std::string_view activity, std::int64_t period) = 0;
  /// Adds to what used() returns; a negative `mg` gives back.
  virtual Status use(std::int64_t account, std::string_view activity, std::int64_t period, std::int64_t mg) = 0;

  // Book, by claim.
  /// Adds postings, caused by the claim at `at` (Unix seconds). Requires: the legs add up to 0.
  virtual Status book(std::int64_t claim, const std::vector<Leg>& legs, std::int64_t at) = 0;

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
  /// Begins the next epoch.
  virtual Status raise_epoch() = 0;
  /// Moves the time of all refusals with this reason beyond the end of time: refused_since() names these claims until they are
  /// decided anew.
  virtual Status refuse_without_end(Reason reason) = 0;
};

}  // namespace greentill::credit
