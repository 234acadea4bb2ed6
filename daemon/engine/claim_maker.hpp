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
#include "daemon/engine/acts.hpp"
#include "daemon/engine/boot.hpp"
#include "daemon/engine/measuring.hpp"
#include "daemon/event/answer.hpp"
#include "daemon/identity/settings.hpp"

namespace greentill::engine {

/// What every claim of this device says.
struct ClaimContext {
  std::string device_id;
  const identity::Settings* settings = nullptr;  ///< must outlive whoever has the context
  identity::RootChoice roots;
  std::uint64_t boot = 0;
  std::uint64_t (*uptime)() = uptime_seconds;
  crypto::Secret bearer_key;   ///< customers' secrets are derived from this key and the claim id
  bool prints_secrets = true;  ///< whether the configuration has a link that takes the secret to the customer
};

/// The claims of one transaction, and the answer to give once they are durable.
struct MadeClaims {
  std::int64_t recorded_at = 0;  ///< Unix seconds
  std::vector<outbox::NewClaim> claims;
  event::TransactionAnswer answer;
  std::vector<outbox::TotalsDelta> totals;
  outbox::SideRecords side;
  AccountGuard::Reservation reserved;
  std::optional<claim::ChainId> new_chain;  ///< the chain that begins with this claim
  std::optional<outbox::Sale> sale;         ///< none for a chain's start, an undo, and a record without a transaction
};

/// A claim in place of a refused one, and how much more it claims.
struct Mended {
  outbox::NewClaim claim;
  outbox::TotalsDelta more;
};

struct Reversals;
struct TakeBack;

class ClaimMaker {
 public:
  /// All references must outlive it.
  ClaimMaker(ClaimContext context, Measuring measuring, claim::Signer& signer, Clock& clock, Random& random);

  /// Makes the claims of the acts that were found, under that root, and moves `head` past them. `key` is the transaction's.
  /// Errors are about the transaction itself, or of code bug where the key cannot be used; `head` then does not change.
  Result<MadeClaims> make(const outbox::TransactionKey& key, const identity::Root& root, const event::Transaction& transaction,
                          const std::vector<detect::Detected>& detected, AccountGuard& guard, claim::ChainHead& head);

  /// Adds reversals behind the claims in `into` and moves `head` past them; on failure `head` does not change.
  Status reverse(const Reversals& reversals, claim::ChainHead& head, MadeClaims& into);

  /// The `start` entry that opens a chain under the settings' assignment; `predecessor` points into the caller's memory.
  Result<MadeClaims> start(claim::StartReason reason, const std::optional<claim::Predecessor>& predecessor,
                           claim::ChainHead& head);

  /// Declares claims of a chain lost, and moves `head` past that. Errors: as of make().
  Result<outbox::NewClaim> gap(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last, claim::ChainHead& head);

  /// A stored reduction or reversal of this device in a new place, and moves `head` past it: what it says of the act and of its
  /// own making stays, its id only where it takes back a part. `of`: the claim that a reversal takes back, where that has another
  /// id now.
  Result<outbox::NewClaim> make_anew(const claim::Claim& claim, const std::optional<claim::AccountHint>& account,
                                     const std::optional<claim::ClaimId>& of, claim::ChainHead& head);

  /// The same act in place of a claim that was refused for ever for `reason`, which it names, and moves `head` past it: measured
  /// again where its amounts were refused, signed again where its signature was, once. Nothing where it would come out as it was.
  Result<std::optional<Mended>> mend(const claim::Claim& refused, const std::optional<claim::AccountHint>& account,
                                     std::string_view reason, claim::ChainHead& head);

  /// Unix seconds, of the clock that claims are dated by.
  [[nodiscard]] std::int64_t now() const { return clock_.unix_seconds(); }

  /// Makes claims under other settings from now on; these must outlive it. Answers those that were in force.
  std::pair<const identity::Settings*, identity::RootChoice> adopt(const identity::Settings& settings,
                                                                   identity::RootChoice roots) {
    return {std::exchange(context_.settings, &settings), std::exchange(context_.roots, std::move(roots))};
  }

  /// Signs by another key from now on, which must outlive it. Answers the one before.
  claim::Signer& sign_by(claim::Signer& signer) { return *std::exchange(signer_, &signer); }

  /// Whether the transaction is dated more than a day ahead while our own clock is synchronised: then its reporter's clock is
  /// wrong.
  [[nodiscard]] bool lies_ahead(const event::Transaction& transaction) const;

  /// Which act of its event such an activity is. Nothing where no methodology is in force for it, or where the methodology counts
  /// by line and the line is not known (0).
  [[nodiscard]] std::optional<Act> act_of(std::string_view activity, std::int64_t end, std::uint64_t line) const;

  [[nodiscard]] const std::string& device_id() const { return context_.device_id; }
  [[nodiscard]] const identity::Settings& settings() const { return *context_.settings; }
  /// Under which root what came with that record is claimed; without one it came over the API.
  [[nodiscard]] const identity::Root& root_of(const std::optional<outbox::SourceRecord>& record) const {
    return record ? context_.roots.of_source(record->source) : *context_.roots.api;
  }

  /// The customer's secret of a bearer claim, as printed: 32 hexadecimal digits.
  [[nodiscard]] std::string bearer_secret(const claim::ClaimId& id) const;

 private:
  [[nodiscard]] claim::Claim blank(const claim::ChainHead& head);
  /// Whom the claim is for. Sets `salt` or `secret`, which travel beside the claim, or `remark` where no secret can be printed.
  [[nodiscard]] claim::Attribution attribution_of(const event::Transaction& transaction, const claim::ClaimId& id,
                                                  claim::Salt& salt, std::string& secret, std::string& remark);
  Result<outbox::NewClaim> make_one(const identity::Root& root, const event::Transaction& transaction, const Measured& measured,
                                    claim::ChainHead& head, event::TransactionAnswer& answer);
  [[nodiscard]] std::optional<claim::ClaimId> part_id(const Reversals& reversals, const TakeBack& take) const;
  Result<outbox::NewClaim> sign_with_evidence(claim::Claim& claim, claim::Reduction& reduction,
                                              const std::vector<std::uint8_t>& evidence, bool is_personal,
                                              const std::optional<claim::AccountHint>& account, claim::ChainHead& head);
  Result<outbox::NewClaim> sign(const claim::Claim& claim, const std::optional<claim::AccountHint>& account,
                                claim::ChainHead& head);

  ClaimContext context_;
  Measuring measuring_;
  claim::Signer* signer_;
  Clock& clock_;
  Random& random_;
};

}  // namespace greentill::engine
