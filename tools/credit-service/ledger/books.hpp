// SPDX-License-Identifier: Apache-2.0
// What an operator sees of the ledger. Nothing here writes, or takes a lock that a worker waits for. sqlite/books.hpp implements
// it. Times are Unix seconds.
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

#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// Sums and counts of the whole ledger.
struct Report {
  std::map<std::string, std::int64_t> accounts;  ///< mg by kind of account; they add up to 0
  std::map<std::string, std::uint64_t> refused;  ///< number of claims by reason
  std::uint64_t claims = 0;
  std::uint64_t pending = 0;
  std::int64_t granted_mg = 0;
  std::vector<std::string> quarantined;  ///< device ids
};

/// A device that is quarantined.
struct Quarantined {
  std::string device;
  std::int64_t since = 0;
  std::string cause;
  std::uint64_t refused = 0;  ///< claims that are refused for that, and would be booked when they come again
};

/// A quarantine that was ended.
struct Released {
  std::string device;
  std::int64_t since = 0;
  std::string cause;
  Release release;
};

struct ChainState {
  claim::ChainId chain{};
  std::uint64_t head = 0;
};

/// A device that sent something.
struct DeviceState {
  std::string device;
  std::int64_t first_heard = 0;
  std::int64_t last_heard = 0;     ///< to ten seconds
  std::vector<ChainState> chains;  ///< in the order in which they began here
  std::uint64_t accepted = 0;      ///< claims
  std::uint64_t refused = 0;       ///< claims
  std::uint64_t pending = 0;       ///< batches
  std::optional<std::int64_t> quarantined_since;
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

class Books {
 public:
  virtual ~Books() = default;

  virtual Result<Report> report() = 0;
  /// Checks that the books balance, that each claim is shared as its programme says, and that nothing is there twice. Each
  /// message names something that does not hold.
  virtual Result<std::vector<std::string>> check() = 0;

  /// By name. Only `device`, where it is not empty.
  virtual Result<std::vector<DeviceState>> devices(const std::string& device) = 0;
  /// The latest first.
  virtual Result<std::vector<RefusedClaim>> refusals(const RefusalFilter& filter) = 0;
  /// How many refusals() gives without a limit.
  virtual Result<std::uint64_t> count_refusals(const RefusalFilter& filter) = 0;
  /// By device, chain and seq. Only those of `device`, where it is not empty.
  virtual Result<std::vector<WaitingBatch>> pending(const std::string& device) = 0;
  virtual Result<std::vector<Quarantined>> quarantined() = 0;
  /// The latest first. Only those of `device`, where it is not empty.
  virtual Result<std::vector<Released>> releases(const std::string& device) = 0;

  /// Lifetime: the books'.
  virtual RegistryReader& registry() = 0;

  /// Runs `reads` on one snapshot of the books.
  virtual Status in_one_snapshot(const std::function<Status()>& reads) = 0;
  /// All legs that were booked in the period, those of one claim mostly together.
  virtual Status legs(const Period& period, const std::function<Status(const BookedLeg&)>& take) = 0;
  /// All reductions that were accepted in the period, also those that were granted nothing.
  virtual Status accepted(const Period& period, const std::function<Status(const AcceptedClaim&)>& take) = 0;
};

}  // namespace greentill::credit
