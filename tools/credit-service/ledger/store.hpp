// SPDX-License-Identifier: Apache-2.0
// What the ledger's rules need of a database. The rules are done in keyed steps: accept (a device), decide (a nullifier), limit
// (an account), book (one row with all its legs), post (an account). Each operation here touches what one key leads to, and done
// twice leaves what it leaves done once, but for use() and book(), which belong to the claim's own transaction. So a store can
// spread its tables by these keys. Threads: one; any number of stores, in as many processes, share a database.
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

namespace greentill::credit {

using verify::Reason;

/// How far a chain was processed. seq 0: nothing yet.
struct Head {
  std::int64_t row = 0;  ///< of the chain; 0 where it has none yet
  std::uint64_t seq = 0;
  Digest hash{};
  /// The id of one of the chain's claims: the row, and the seq in the lower 40 bits.
  [[nodiscard]] std::int64_t claim_id(std::uint64_t of_seq) const { return (row << 40) | static_cast<std::int64_t>(of_seq); }
};

/// What was decided of a claim.
struct Decision {
  Reason reason = Reason::none;
  std::optional<std::int64_t> refused_at;  ///< Unix seconds; none where it was accepted
  std::optional<std::int64_t> granted;     ///< mg that stand now; this and the next two: of an accepted reduction
  std::optional<std::int64_t> customer;    ///< an account
  std::optional<std::int64_t> programme;
};

struct StoredClaim {
  Decision decision;
  std::vector<std::uint8_t> payload;
};

struct StoredReversal {
  std::int64_t id = 0;  ///< of the claim that it is
  std::vector<std::uint8_t> payload;
};

/// A batch kept aside.
struct KeptBatch {
  std::int64_t id = 0;
  std::vector<std::uint8_t> correlation;
  std::vector<std::uint8_t> bytes;
};

/// What a booking adds to one account; the legs of a booking add up to 0.
struct Leg {
  std::int64_t account = 0;
  std::int64_t mg = 0;
};

/// Why claims were refused, by seq.
using Refusals = std::map<std::uint64_t, Reason>;

struct Report {
  std::map<std::string, std::int64_t> accounts;  ///< mg by kind of account; adds up to 0
  std::map<std::string, std::uint64_t> refused;  ///< claims by reason
  std::uint64_t claims = 0;
  std::uint64_t pending = 0;
  std::int64_t granted_mg = 0;
  std::vector<std::string> quarantined;  ///< devices
};

class Store {
 public:
  virtual ~Store() = default;
  /// All that `work` does stands together, durable on return, or nothing of it: where it fails, or the store does. Nobody else's
  /// work comes between.
  virtual Status transact(const std::function<Status()>& work) = 0;

  // Accept, by device.
  virtual Result<Head> head(const std::string& device, const claim::ChainId& chain) = 0;
  virtual Result<std::size_t> count_chains(const std::string& device) = 0;
  /// The row of a new chain; full where there is no number left for one.
  virtual Result<std::int64_t> add_chain(const std::string& device, const claim::ChainId& chain) = 0;
  virtual Status move_head(const Head& head) = 0;
  virtual Result<bool> is_quarantined(const std::string& device) = 0;
  /// Whether it was not quarantined before.
  virtual Result<bool> quarantine(const std::string& device, std::int64_t at, const std::string& cause) = 0;
  virtual Result<std::optional<StoredClaim>> claim(std::int64_t id) = 0;
  /// Adds the claim, or changes what was decided of it: a payload never changes.
  virtual Status put_claim(std::int64_t id, const Decision& decision, ByteView payload) = 0;
  /// The latest of the chain's claims up to the head that were refused since then.
  virtual Result<Refusals> refused_since(const Head& head, std::int64_t since, std::size_t most) = 0;
  /// The chain's refused claims behind that seq, whenever it was.
  virtual Result<Refusals> refused_behind(const Head& head, std::uint64_t seq, std::size_t most) = 0;
  virtual Result<std::size_t> count_kept(const std::string& device) = 0;
  /// `first` is the lowest seq in it. The same bytes are kept once.
  virtual Status keep(const std::string& device, const claim::ChainId& chain, std::uint64_t first, const Digest& digest,
                      ByteView correlation, ByteView bytes) = 0;
  /// The kept batch with the lowest first seq, where that is at most `first`.
  virtual Result<std::optional<KeptBatch>> next_kept(const std::string& device, const claim::ChainId& chain,
                                                     std::uint64_t first) = 0;
  virtual Status drop_kept(std::int64_t id) = 0;

  // Decide, by nullifier.
  /// Gives the nullifier to the claim, unless another has it, and returns whose it is.
  virtual Result<std::int64_t> take_nullifier(const Digest& mac, std::int64_t claim) = 0;
  virtual Status free_nullifier(const Digest& mac, std::int64_t claim) = 0;
  virtual Result<std::optional<std::int64_t>> owner(const Digest& mac) = 0;
  virtual Status add_reversal(const Digest& mac, std::int64_t reversal) = 0;
  virtual Status bind_reversal(const Digest& mac, std::int64_t reversal, std::int64_t claim) = 0;
  /// Those bound to the claim; without one, those that wait. In the order of their ids.
  virtual Result<std::vector<StoredReversal>> reversals(const Digest& mac, std::optional<std::int64_t> claim) = 0;

  // Limit and post, by account.
  /// The number of an account, which is made where there is none.
  virtual Result<std::int64_t> account(std::string_view kind, std::string_view name) = 0;
  virtual Result<std::string> kind_of(std::int64_t account) = 0;
  /// What was used of an account's limit in a period.
  virtual Result<std::int64_t> used(std::int64_t account, std::string_view activity, std::int64_t period) = 0;
  virtual Status use(std::int64_t account, std::string_view activity, std::int64_t period, std::int64_t mg) = 0;

  // Book, by claim.
  virtual Status book(std::int64_t claim, const std::vector<Leg>& legs) = 0;

  // Programmes, by digest.
  /// Keeps it, if the store does not have it yet, and returns its number.
  virtual Result<std::int64_t> keep_programme(const Digest& sha256, std::string_view bytes) = 0;
  virtual Result<std::string> programme(std::int64_t id) = 0;

  // The whole.
  virtual Result<std::uint64_t> epoch() = 0;
  virtual Status raise_epoch() = 0;
  /// Refused at no time that ends: refused_since() tells of them until they are decided anew.
  virtual Status refuse_without_end(Reason reason) = 0;
  virtual Result<Report> report() = 0;
  /// How a programme shares what it grants.
  using Sharing = std::function<Result<Split>(std::int64_t programme, std::int64_t granted_mg)>;
  /// Each message is something that does not hold.
  virtual Result<std::vector<std::string>> check(const Sharing& sharing) = 0;
};

}  // namespace greentill::credit
