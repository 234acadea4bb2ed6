// SPDX-License-Identifier: Apache-2.0
// Claims at the end of a chain that their device did not sign under a given certificate. The chain links payloads, so that the
// signature of a later claim speaks for those before it: whether one does is known only when it comes. Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/verify/claim_check.hpp"

namespace greentill::cli {

/// Such a claim, with what was found out about it. Owns its bytes.
struct UnprovenClaim {
  std::vector<std::uint8_t> payload;
  Digest payload_hash{};
  std::uint64_t offset = 0;
  std::optional<std::size_t> named_key;  ///< see Examined: whose later signature may speak for it
  verify::Flaws flaws;
};

class UnprovenClaims {
 public:
  /// Anybody can write unsigned claims into a file: no more are kept at a time.
  static constexpr std::size_t kMost = 4096;
  using Sink = std::function<void(UnprovenClaim&&)>;

  /// `alone` gets the claims for which no later one speaks.
  explicit UnprovenClaims(Sink alone) : alone_(std::move(alone)) {}

  /// Called before each claim of a chain is judged. Hands the unproven ones before it to `alone`, unless the claim links to them.
  void approach(const claim::Claim& claim);
  /// Keeps a claim that approach() was called for; false where there is no room.
  bool keep(const claim::Claim& claim, UnprovenClaim unproven);
  /// The device signed this claim, which links to those kept: takes them out, the first of the chain in front.
  std::vector<UnprovenClaim> take(std::string_view device);
  /// What follows of the device does not speak for the claims that are kept.
  void leave(std::string_view device);
  /// Nothing follows. The claims of all devices go to `alone` in the order of the file.
  void finish();

 private:
  struct Run {
    claim::ChainId chain{};
    std::uint64_t last_seq = 0;
    std::vector<UnprovenClaim> claims;
  };

  Sink alone_;
  std::map<std::string, Run, std::less<>> runs_;  // by device; none is empty
  std::size_t count_ = 0;
};

}  // namespace greentill::cli
