// SPDX-License-Identifier: Apache-2.0
// What the local HTTP API needs of the rest of the daemon; daemon/app joins it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/event/answer.hpp"
#include "daemon/event/transaction.hpp"
#include "daemon/outbox/outbox.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::api {

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
  std::vector<outbox::RecordCount> records;  ///< of all sources
  std::string trouble;                       ///< what keeps it from taking transactions, or empty
};

/// Threads: safe from any thread; calls block the caller.
class Desk {
 public:
  virtual ~Desk() = default;
  /// Answers in the order given, once every transaction is durable or refused. One error does not touch the others.
  /// full: no room on the disk; unavailable: too busy, or shutting down; invalid: the transaction itself.
  virtual std::vector<Result<event::TransactionAnswer>> submit(std::vector<event::Transaction> transactions) = 0;
  /// Takes one claim of the chain in force back, as the merchant's correction. Errors as above, and not_found.
  virtual Result<event::TransactionAnswer> undo(std::uint64_t seq) = 0;
  virtual DaemonStatus status() = 0;
};

}  // namespace greentill::api
