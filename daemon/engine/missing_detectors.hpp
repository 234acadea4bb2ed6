// SPDX-License-Identifier: Apache-2.0
// What becomes of a transaction that not every detector looked at: such a transaction cannot be told from one without a green
// act. A source still has its record and offers it again. A till is answered at once; where nothing was claimed the transaction's
// id stays free, so that it can be reported again, and people see the record either way. Threads: the engine's turn.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/outbox/side_records.hpp"

namespace greentill::engine {

/// How long a source's records wait for absent detectors.
class AbsenceLimit {
 public:
  /// Whether the source is to offer its record again. It is not where every absent detector has been away for long, nor where
  /// detectors were lost over this very record so often that the record must be the cause: nothing may hold a source up for ever.
  bool has_for(const std::string& source, const outbox::TransactionKey& record, const std::vector<detect::Absent>& absent);

 private:
  struct Record {
    outbox::TransactionKey key{};
    unsigned lost = 0;
  };
  std::unordered_map<std::string, Record> foremost_;  ///< for each source, the record that was refused last
};

/// The error that makes the transaction come again.
Error not_looked_at(const std::vector<detect::Absent>& absent);

/// Names the absent detectors in the answer, and keeps the record for people to see. Requires: the claims are made.
void note_absence(const outbox::TransactionKey& key, const event::Transaction& transaction,
                  const std::vector<detect::Absent>& absent, MadeClaims& made);

/// The whole record as a guarded act, for people to look at.
outbox::GuardedAct guarded_record(const outbox::TransactionKey& key, const event::Transaction& transaction, std::string reason);

}  // namespace greentill::engine
