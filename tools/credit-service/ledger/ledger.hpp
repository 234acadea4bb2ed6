// SPDX-License-Identifier: Apache-2.0
// The double-entry ledger and the heads of the devices' chains, in one SQLite database that any number of workers share.
// docs/credit-service.md states the rules. Threads: one object a thread; workers meet in the database's lock alone.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/receipt.hpp"
#include "tools/credit-service/programme/programme.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

/// What the receipt for one batch says. Reasons are static texts.
struct Answer {
  claim::ReceiptFields fields;  ///< `device` points into the batch
  std::vector<claim::Refusal> refused;
  std::vector<claim::Grant> granted;
};

struct Report {
  std::map<std::string, std::int64_t> accounts;  ///< mg by kind of account; adds up to 0
  std::map<std::string, std::uint64_t> refused;  ///< claims by reason
  std::uint64_t claims = 0;
  std::uint64_t pending = 0;
  std::int64_t granted_mg = 0;
  std::vector<std::string> quarantined;  ///< devices
};

class Ledger {
 public:
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& database, const Programme& programme,
                                              const measure::Library& library, const claim::Hasher& hasher, Clock& clock,
                                              Log& log);
  virtual ~Ledger() = default;

  /// Which claims of the batch have to be examined before apply(): those behind the head, retried ones, refused ones of which
  /// another copy may be better, and those that contradict what is stored. Without a lock.
  virtual Status choose(const Batch& batch, std::vector<std::size_t>& to_examine) = 0;

  /// Books the batch, as far as it continues the chain, in one transaction, durable on return. Requires: attest() was called.
  virtual Result<Answer> apply(const Batch& batch) = 0;

  /// A batch kept aside whose turn has come; an empty device where there is none. The row goes with apply().
  virtual Result<Batch> next_pending(const std::string& device, const claim::ChainId& chain) = 0;

  virtual Result<Report> report() = 0;
  /// Whether the books balance, each claim is shared as its programme says, and nothing stands twice; each message is something
  /// that does not hold.
  virtual Result<std::vector<std::string>> check() = 0;
  /// After the database was restored from a backup: devices send again what it lacks.
  virtual Status begin_epoch() = 0;
};

}  // namespace greentill::credit
