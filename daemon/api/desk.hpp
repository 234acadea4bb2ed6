// SPDX-License-Identifier: Apache-2.0
// What the local HTTP API needs of the rest of the daemon. daemon/app implements it.
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

/// How a claim stands that is counted by its reason, in JSON and metrics. Lifetime: static.
[[nodiscard]] inline const char* kind_of(outbox::Delivery delivery) {
  return delivery == outbox::Delivery::held ? "held" : delivery == outbox::Delivery::refused_final ? "final" : "retry";
}

/// The daemon's state for /v1/status, /metrics and /healthz.
struct DaemonStatus {
  std::string device_id;
  std::string version;
  std::string merchant;
  std::string site;
  std::uint32_t assignment = 0;     ///< by which it works for them
  std::uint64_t settings = 0;       ///< number of the settings that say so
  std::uint64_t methodologies = 0;  ///< number of those that the programme has published; 0: none, the installation's alone
  struct Root {
    std::uint32_t number = 0;
    std::string name;
    bool reversals_only = false;
  };
  std::vector<Root> roots;                  ///< under which it claims
  std::int64_t started_at = 0;              ///< Unix seconds
  std::optional<outbox::ChainState> chain;  ///< none where it cannot be read
  outbox::Backlog backlog;
  std::optional<std::int64_t>
      waiting_since;  ///< when the oldest claim that waits was recorded, Unix seconds; none where none waits
  std::vector<outbox::ReasonCount> reasons;  ///< the commonest of claims that are held or refused
  uplink::LinkStatus link;
  std::int64_t overdue_after_s = 0;             ///< after which claims that wait are overdue; 0 where nothing is to be delivered
  std::optional<std::int64_t> certificate_end;  ///< the device's: its last second, Unix time
  /// How the device's certificate is renewed; none where nothing renews it. Times are Unix seconds; 0: not since the start.
  struct Renewal {
    std::int64_t due_from = 0;
    std::int64_t renewed_at = 0;
    std::int64_t rekey_from = 0;  ///< 0: never by itself
    std::int64_t rekeyed_at = 0;
    std::int64_t tried_at = 0;
    std::int64_t next_try_at = 0;  ///< 0: none is due
    std::string last_error;        ///< why the last try failed; empty where it did not
  };
  std::optional<Renewal> renewal;
  std::optional<std::int64_t> receipt_certificate_end;  ///< the last second of those that sign receipts
  std::vector<detect::PluginStatus> plugins;
  std::vector<outbox::RecordCount> records;  ///< of all sources
  /// By how many seconds this clock is ahead of the service's; none where they agree, and before it was heard.
  std::optional<std::int64_t> clock_ahead_s;
  std::vector<std::string> warnings;  ///< what is wrong with clock and certificate although sales go on
  std::string trouble;                ///< why the daemon takes no transactions now; empty where it does
  std::uint64_t log_lines_lost = 0;   ///< since the start, because the log took no more
};

/// Threads: safe from any thread; calls block the caller. It must outlive the API's server.
class Desk {
 public:
  virtual ~Desk() = default;
  /// Hands transactions in, and returns as many answers in the same order, once each transaction is durable or refused. An error
  /// of one does not touch the others. invalid: the transaction itself is wrong; full: the disk has no room; unavailable: try
  /// again later; any other code: the daemon itself failed. In all but the first case nothing of the transaction is stored, and
  /// the same may be submitted again.
  virtual std::vector<Result<event::TransactionAnswer>> submit(std::vector<event::Transaction> transactions) = 0;
  /// Takes one claim of the chain in force back, as the merchant's correction. Errors as for submit(); not_found where there is
  /// no such claim, invalid where it claims nothing. Undone again, it is answered as the first time.
  virtual Result<event::TransactionAnswer> undo(std::uint64_t seq) = 0;
  /// Asks for another try of everything that waits: a connection, and the claims that were refused for now. False where this
  /// device delivers nothing, since no [uplink] is configured.
  virtual bool retry() = 0;
  /// Asks the service where this device's chain stands, over a connection made now where there is none; what comes of it is in
  /// the status. False as above.
  virtual bool question() = 0;
  /// Reads the state now. What cannot be read stays empty, and `trouble` says why where it matters.
  virtual DaemonStatus status() = 0;
};

}  // namespace greentill::api
