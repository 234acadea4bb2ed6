// SPDX-License-Identifier: Apache-2.0
// The locks, as the registry has them, and whether a claim says what a lock signed (docs/lock.md, "The claim of a ride"). Whether
// a lock may still speak, and what its rides say of its chain, is the ledger's to judge. Threads: one.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "daemon/base/ports.hpp"
#include "daemon/base/repeated_line.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/verify/lock_statement.hpp"
#include "tools/credit-service/registry/store.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class Locks {
 public:
  /// `programme_key`: K; without it no lock's ride can be told from another, so that each is refused for now. The others must
  /// outlive it.
  Locks(KeyReader& registry, std::optional<crypto::Secret> programme_key, const claim::Hasher& hasher, Clock& clock, Log& log)
      : registry_(&registry), programme_key_(std::move(programme_key)), hasher_(&hasher), clock_(&clock), log_(&log) {}

  /// Judges the evidence of a reduction, and adds what is wrong to `flaws`. The ride, where its lock signed it as registered.
  /// Cost: where there is a statement, one signature, and one look into the registry for a lock that is not known yet.
  std::optional<SeenRide> judge(const claim::Claim& claim, const measure::Library& library, verify::Flaws& flaws);

 private:
  void look_for_changes();
  void complain(const Error& error) const;
  /// Null where the registry has none; nothing where it cannot be read.
  std::optional<const verify::StatementSigner*> find(const std::string& id);
  Result<std::optional<verify::StatementSigner>> read(const std::string& id);
  void check_act(const claim::Reduction& reduction, const verify::Statement& statement, const verify::StatementSigner& lock,
                 const measure::Methodology* methodology, verify::Flaws& flaws);
  [[nodiscard]] bool names_ride(const claim::Nullifier& nullifier, std::string_view group, const verify::StatementSigner& lock,
                                const claim::LockRide& ride) const;
  void miss(const claim::Reduction& reduction, const measure::Methodology* methodology, verify::Flaws& flaws);

  KeyReader* registry_;
  std::optional<crypto::Secret> programme_key_;
  const claim::Hasher* hasher_;
  Clock* clock_;
  Log* log_;
  std::map<std::string, verify::StatementSigner> known_;
  std::map<std::uint32_t, std::string> names_;  // of the roots that have active locks
  std::int64_t step_ = -1;                      // the registry's, to which they belong
  std::chrono::milliseconds looked_at_{0};
  mutable RepeatedLine complaints_;
};

}  // namespace greentill::credit
