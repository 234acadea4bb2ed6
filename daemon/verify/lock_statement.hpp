// SPDX-License-Identifier: Apache-2.0
// What a lock said of a ride, as it stands in a claim as evidence, and whether the claim says the same (docs/lock.md, "The claim
// of a ride"). greentill verify and the credit service use the same checks; where they get locks from differs between them.
// Threads: pure functions, but for the verifier.
#pragma once

#include <memory>
#include <string>

#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "daemon/verify/claim_check.hpp"

namespace greentill::verify {

/// A registered lock: the root under which its rides are claimed, and its key.
struct StatementSigner {
  std::string lock;
  std::uint32_t root = 0;
  std::string root_name;
  claim::KeyId key{};
  std::unique_ptr<claim::Verifier> verifier;
};

/// It points into the claim's payload.
struct Statement {
  claim::KeyedMessage message;
  claim::LockRide ride;
};

/// Whether a methodology's group is one of rides: "ride", or what begins with "ride.".
[[nodiscard]] bool is_ride_group(std::string_view group);

/// Whether the evidence is meant as a lock's statement: it is embedded, and begins as a signed message does.
[[nodiscard]] bool has_statement(const claim::Reduction& reduction);

/// Reads it. Requires: has_statement(). bad_statement, or unsupported where a newer version may have written it.
[[nodiscard]] Result<Statement, Flaw> read_statement(const claim::Reduction& reduction);

/// That a ride under a root of locks has no statement that can be read.
[[nodiscard]] Flaw missing_statement(const claim::Reduction& reduction, std::string_view root_name);

/// Whether the lock's key signed it; `lock` is null where none of that name is registered. Adds what is wrong to `flaws`.
bool check_statement_signature(const claim::Hasher& hasher, const Statement& statement, const StatementSigner* lock,
                               Flaws& flaws);

/// Whether the claim's quantities, times and methodology are those of such a ride. `methodology` is null where it is not known;
/// that is told elsewhere. Adds what is wrong to `flaws`.
void compare_with_statement(const claim::Claim& claim, const claim::Reduction& reduction, const Statement& statement,
                            const measure::Methodology* methodology, Flaws& flaws);

/// Whether the claim is under the lock's root. Adds what is wrong to `flaws`.
bool check_statement_root(const claim::Reduction& reduction, const Statement& statement, const StatementSigner& lock,
                          Flaws& flaws);

/// Whether the nullifier names that ride, under the key of its root and version.
[[nodiscard]] bool names_ride(const claim::Hasher& hasher, ByteView root_key, const claim::Nullifier& nullifier,
                              std::string_view group, const StatementSigner& lock, const claim::LockRide& ride);

}  // namespace greentill::verify
