// SPDX-License-Identifier: Apache-2.0
// What becomes of a transaction that not every detector looked at, so that it cannot be told from one without a green act. A
// source has its record still and offers it again. A till waits for an answer and gets one, but where nothing was claimed its id
// stays free, and people see it either way. Threads: the engine's turn.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/outbox/side_records.hpp"

namespace greentill::engine {

/// How long the sources' records wait for detectors.
class AbsenceLimit {
 public:
  /// Whether a source is to offer its record again: not where all that are absent have been so for long, nor where they were lost
  /// over this very record so often that it must be its own fault. Nothing may keep a source for ever.
  bool has_for(const std::string& source, const outbox::TransactionKey& record, const std::vector<detect::Absent>& absent);

 private:
  struct Record {
    outbox::TransactionKey key{};
    unsigned lost = 0;
  };
  std::unordered_map<std::string, Record> foremost_;  ///< of each source the record that was refused last
};

/// Why it has to come again.
Error not_looked_at(const std::vector<detect::Absent>& absent);

/// Says in the answer who is absent, and keeps the record for people to see. Requires: the claims are made.
void note_absence(const outbox::TransactionKey& key, const event::Transaction& transaction,
                  const std::vector<detect::Absent>& absent, MadeClaims& made);

/// The whole record as something to be looked at by people.
outbox::GuardedAct guarded_record(const outbox::TransactionKey& key, const event::Transaction& transaction, std::string reason);

}  // namespace greentill::engine
