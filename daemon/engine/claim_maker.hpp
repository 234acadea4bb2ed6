// SPDX-License-Identifier: Apache-2.0
// Turns what the detectors found into signed claims with a fixed place in the chain. Threads: the engine's turn.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/ports.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/engine/account_guard.hpp"
#include "daemon/engine/measuring.hpp"
#include "daemon/event/answer.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::engine {

/// What every claim of this device says.
struct ClaimContext {
  std::string device_id;
  std::string merchant;
  std::string site;
  std::uint64_t boot = 0;
  identity::ProgrammeKey programme_key;
  crypto::Secret bearer_key;   ///< customers' secrets are derived from it and the claim id
  bool prints_secrets = true;  ///< there is a link that takes a secret to the customer
};

/// The claims of one transaction, and the answer once they are durable.
struct MadeClaims {
  std::int64_t recorded_at = 0;  ///< Unix seconds
  std::vector<outbox::NewClaim> claims;
  event::TransactionAnswer answer;
  std::vector<outbox::TotalsDelta> totals;
  outbox::SideRecords side;
  AccountGuard::Reservation reserved;
  std::optional<claim::ChainId> new_chain;  ///< the claim is the start of one
};

struct Reversals;

class ClaimMaker {
 public:
  /// All references must outlive it.
  ClaimMaker(ClaimContext context, Measuring measuring, claim::Signer& signer, Clock& clock, Random& random);

  /// Moves `head` past the claims made. An error is about the transaction itself, or of code bug where the key cannot be used:
  /// head stands. `key` is the transaction's.
  Result<MadeClaims> make(const outbox::TransactionKey& key, const event::Transaction& transaction,
                          const std::vector<detect::Detected>& detected, AccountGuard& guard, claim::ChainHead& head);

  /// Adds the reversals behind what `into` holds. Moves `head`, which stands where it fails.
  Status reverse(const Reversals& reversals, claim::ChainHead& head, MadeClaims& into);

  /// The `start` entry that opens a chain; `predecessor` points into the caller's memory.
  Result<MadeClaims> start(claim::StartReason reason, const std::optional<claim::Predecessor>& predecessor,
                           claim::ChainHead& head);

  /// Of the clock that claims are dated by.
  [[nodiscard]] std::int64_t now() const { return clock_.unix_seconds(); }

  /// Whether it is dated more than a day ahead of a clock that is right: its reporter's is not.
  [[nodiscard]] bool lies_ahead(const event::Transaction& transaction) const;

  /// Under what the service books such an act: nothing where no methodology is in force for it, or where it depends on a line
  /// that is not known (0).
  [[nodiscard]] std::optional<Digest> nullifier_of(std::string_view activity, std::int64_t end, const std::string& issuer,
                                                   const std::string& event_id, std::uint64_t line) const;

  /// The customer's secret of a bearer claim, as printed: 32 hexadecimal digits.
  [[nodiscard]] std::string bearer_secret(const claim::ClaimId& id) const;

 private:
  [[nodiscard]] claim::Claim blank(const claim::ChainHead& head);
  /// Who the claim is for; `salt` and `secret` get what goes beside it.
  [[nodiscard]] claim::Attribution attribution_of(const event::Transaction& transaction, const claim::ClaimId& id,
                                                  claim::Salt& salt, std::string& secret, std::string& remark);
  Result<outbox::NewClaim> make_one(const event::Transaction& transaction, const Measured& measured, claim::ChainHead& head,
                                    event::TransactionAnswer& answer);
  Result<outbox::NewClaim> sign_with_evidence(claim::Claim& claim, claim::Reduction& reduction,
                                              const std::vector<std::uint8_t>& evidence, bool is_personal,
                                              const std::optional<claim::AccountHint>& account, claim::ChainHead& head);
  Result<outbox::NewClaim> sign(const claim::Claim& claim, const std::optional<claim::AccountHint>& account,
                                claim::ChainHead& head);

  ClaimContext context_;
  Measuring measuring_;
  claim::Signer& signer_;
  Clock& clock_;
  Random& random_;
};

}  // namespace greentill::engine
