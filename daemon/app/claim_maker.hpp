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
  Digest bearer_key{};  ///< customers' secrets are derived from it and the claim id
  std::vector<std::pair<std::string, std::string>> preferred_methodologies;  ///< activity, methodology id
};

/// The claims of one transaction, not yet signed, and the answer once they are durable.
struct MadeClaims {
  std::int64_t recorded_at = 0;  ///< Unix seconds
  std::vector<UnsignedClaim> claims;
  api::TransactionAnswer answer;
  std::vector<outbox::TotalsDelta> totals;
};

class ClaimMaker {
 public:
  /// `library`, `clock` and `random` must outlive it.
  ClaimMaker(ClaimContext context, const measure::Library& library, Clock& clock, Random& random);

  /// Moves `head` past the claims made. An error is about the transaction itself: head stands.
  Result<MadeClaims> make(const detect::Transaction& transaction, const std::vector<detect::Detected>& detected,
                          claim::ChainHead& head);

  /// The `start` entry that opens a chain; `predecessor` points into the caller's memory.
  Result<MadeClaims> start(claim::StartReason reason, const std::optional<claim::Predecessor>& predecessor,
                           claim::ChainHead& head);

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
  std::vector<Measured> measure_all(const detect::Transaction& transaction, const std::vector<detect::Detected>& detected,
                                    std::vector<api::UnclaimedAct>& unclaimed) const;
  Result<UnsignedClaim> make_one(const detect::Transaction& transaction, const Measured& measured, claim::ChainHead& head,
                                 api::TransactionAnswer& answer);
  [[nodiscard]] claim::Claim blank(const claim::ChainHead& head);
  [[nodiscard]] std::string_view preferred(std::string_view activity) const;

  ClaimContext context_;
  const measure::Library& library_;
  Clock& clock_;
  Random& random_;
};

}  // namespace greentill::app
