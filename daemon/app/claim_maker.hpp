// SPDX-License-Identifier: Apache-2.0
// Turns what the detectors found into claims with a fixed place in the chain, up to their payload; signing comes after.
// Threads: the engine's strand.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/api/desk.hpp"
#include "daemon/app/pipeline.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/measure/quantify.hpp"

namespace greentill::app {

/// What every claim of this device says.
struct ClaimContext {
  std::string device_id;
  std::string merchant;
  std::string site;
  std::uint64_t boot = 0;
  identity::ProgrammeKey programme_key;
  Digest bearer_key{};         ///< customers' secrets are derived from it and the claim id
  bool prints_secrets = true;  ///< there is a link that takes a secret to the customer
  std::vector<std::pair<std::string, std::string>> preferred_methodologies;  ///< activity, methodology id
};

/// The claims of one transaction, not yet signed, and the answer once they are durable.
struct MadeClaims {
  std::int64_t recorded_at = 0;  ///< Unix seconds
  std::vector<UnsignedClaim> claims;
  api::TransactionAnswer answer;
  std::vector<outbox::TotalsDelta> totals;
  outbox::Aside aside;
};

class AccountGuard;
struct Reversals;

class ClaimMaker {
 public:
  /// `library`, `clock` and `random` must outlive it.
  ClaimMaker(ClaimContext context, const measure::Library& library, Clock& clock, Random& random);

  /// Moves `head` past the claims made. An error is about the transaction itself: head stands. `key` is the transaction's.
  Result<MadeClaims> make(const outbox::TransactionKey& key, const detect::Transaction& transaction,
                          const std::vector<detect::Detected>& detected, AccountGuard& guard, claim::ChainHead& head);

  /// Adds the reversals behind what `into` holds. Moves `head`, which stands where it fails.
  Status reverse(const Reversals& reversals, claim::ChainHead& head, MadeClaims& into);

  /// The `start` entry that opens a chain; `predecessor` points into the caller's memory.
  Result<MadeClaims> start(claim::StartReason reason, const std::optional<claim::Predecessor>& predecessor,
                           claim::ChainHead& head);

  /// Of the clock that claims are dated by.
  [[nodiscard]] std::int64_t now() const { return clock_.unix_seconds(); }

  /// Whether it is dated more than a day ahead of a clock that is right: its reporter's is not.
  [[nodiscard]] bool lies_ahead(const detect::Transaction& transaction) const;

  /// Under what the service books such an act: nothing where no methodology is in force for it, or where it depends on a line
  /// that is not known (0).
  [[nodiscard]] std::optional<Digest> nullifier_of(std::string_view activity, std::int64_t end, const std::string& issuer,
                                                   const std::string& event_id, std::uint64_t line) const;

  /// The customer's secret of a bearer claim, as printed: 32 hexadecimal digits.
  [[nodiscard]] std::string bearer_secret(const claim::ClaimId& id) const;

 private:
  struct Measured {
    const detect::Detected* found = nullptr;
    const measure::Methodology* methodology = nullptr;
    claim::Quantities quantities;
    measure::Quantified amounts;
    std::uint64_t line = 0;
  };
  /// An act that is not claimed; `guarded`: kept for people to see.
  struct Refused {
    std::string activity;
    std::string reason;
    bool guarded = false;
    const detect::Detected* found = nullptr;
  };
  std::vector<Measured> measure_all(const detect::Transaction& transaction, const std::vector<detect::Detected>& detected,
                                    std::vector<Refused>& refused) const;
  std::optional<Measured> measure_one(const detect::Transaction& transaction, const detect::Detected& found,
                                      std::vector<Refused>& refused) const;
  static void keep_refused(const outbox::TransactionKey& key, const detect::Transaction& transaction,
                           const std::vector<Refused>& refused, MadeClaims& made);
  Result<UnsignedClaim> make_one(const detect::Transaction& transaction, const Measured& measured, claim::ChainHead& head,
                                 api::TransactionAnswer& answer);
  [[nodiscard]] claim::Claim blank(const claim::ChainHead& head);
  [[nodiscard]] std::string_view preferred(std::string_view activity) const;

  ClaimContext context_;
  const measure::Library& library_;
  Clock& clock_;
  Random& random_;
};

/// "m.odometer=2043 s=500", for people.
std::string quantities_text(const std::vector<detect::QuantityValue>& quantities);

}  // namespace greentill::app
