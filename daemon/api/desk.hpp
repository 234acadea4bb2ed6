// SPDX-License-Identifier: Apache-2.0
// What the local HTTP API needs of the rest of the daemon; daemon/app implements it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/detect/transaction.hpp"
#include "daemon/outbox/outbox.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::api {

/// One claim made for a transaction.
struct ClaimedAct {
  std::uint64_t seq = 0;
  claim::ClaimId id{};
  std::string activity;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
  std::string bearer_secret;  ///< 32 hex digits to print for the customer, or empty
};

/// One claim taken back, in whole or part.
struct ReversedAct {
  std::uint64_t seq = 0;
  claim::ClaimId id{};
  std::string activity;                           ///< empty where the claim is elsewhere and the store no longer knows
  std::uint64_t of_seq = 0;                       ///< the claim taken back; 0 where this device's chain does not hold it
  std::vector<detect::QuantityValue> taken_back;  ///< empty: all of it
};

/// An act that was recognised but not claimed, and why.
struct UnclaimedAct {
  std::string activity;
  std::string reason;
};

struct TransactionAnswer {
  bool repeated = false;  ///< the same issuer and event id were reported before; the claims are the first ones
  std::vector<ClaimedAct> claims;
  std::vector<ReversedAct> reversals;
  std::vector<UnclaimedAct> unclaimed;  ///< empty in a repeated answer
  std::string remark;                   ///< why nothing, or not all yet, came of it; empty in a repeated answer
};

struct DaemonStatus {
  std::string device_id;
  std::string version;
  std::string merchant;
  std::string site;
  std::int64_t started_at = 0;
  std::optional<outbox::ChainState> chain;
  outbox::Backlog backlog;
  uplink::LinkStatus link;
  std::vector<detect::PluginStatus> plugins;
  std::string trouble;  ///< what keeps it from taking transactions, or empty
};

/// Threads: safe from any thread; calls block the caller.
class Desk {
 public:
  virtual ~Desk() = default;
  /// Answers in the order given, once every transaction is durable or refused. One error does not touch the others.
  /// full: no room on the disk; unavailable: too busy, or shutting down; invalid: the transaction itself.
  virtual std::vector<Result<TransactionAnswer>> submit(std::vector<detect::Transaction> transactions) = 0;
  /// Takes one claim of the chain in force back, as the merchant's correction. Errors as above, and not_found.
  virtual Result<TransactionAnswer> undo(std::uint64_t seq) = 0;
  virtual DaemonStatus status() = 0;
};

}  // namespace greentill::api
