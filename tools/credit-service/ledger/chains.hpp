// SPDX-License-Identifier: Apache-2.0
// The heads of the devices' chains, and the devices that are not trusted any more. Private to ledger/. Threads: one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/claim/claim.hpp"
#include "tools/credit-service/ledger/database.hpp"

namespace greentill::credit {

/// How far a chain was processed. seq 0: nothing yet.
struct Head {
  std::int64_t row = 0;  ///< of the chain; 0 where it has none yet
  std::uint64_t seq = 0;
  Digest hash{};
  /// The id of one of the chain's claims.
  [[nodiscard]] std::int64_t claim_row(std::uint64_t of_seq) const;
  [[nodiscard]] static std::uint64_t seq_of(std::int64_t claim_row);
};

class Chains {
 public:
  static Result<std::unique_ptr<Chains>> open(Database& database);

  Result<Head> find(const std::string& device, const claim::ChainId& chain);
  /// Gives the chain its row. False where the device has as many chains as it may.
  Result<bool> add(const std::string& device, const claim::ChainId& chain, Head& head);
  Status move(const Head& head);

  Result<bool> is_quarantined(const std::string& device);
  /// Whether it was not quarantined before.
  Result<bool> quarantine(const std::string& device, std::int64_t at, const std::string& cause);

 private:
  explicit Chains(Database& database) : database_(database) {}

  Database& database_;
  std::unique_ptr<Statement> find_, add_, count_, move_, find_quarantine_, add_quarantine_;
};

}  // namespace greentill::credit
