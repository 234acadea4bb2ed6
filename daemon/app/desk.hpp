// SPDX-License-Identifier: Apache-2.0
// What the API asks: the engine answers for transactions, all parts together for the daemon's status. Threads: safe from any
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "daemon/api/desk.hpp"
#include "daemon/app/own_authorities.hpp"
#include "daemon/app/own_identity.hpp"
#include "daemon/app/own_methodologies.hpp"
#include "daemon/app/own_settings.hpp"
#include "daemon/app/own_time.hpp"
#include "daemon/app/self_check.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/detect/sources.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/engine/front.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/identity/settings.hpp"
#include "daemon/outbox/outbox.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::app {

/// Whom the desk asks. All of them must outlive it.
struct DeskParts {
  engine::Engine& engine;
  const detect::Detectors& detectors;
  const detect::Sources& sources;
  const OwnIdentity& identity;
  OwnAuthorities& authorities;
  OwnSettings& settings;
  OwnMethodologies& methodologies;
  const SelfCheck& self_check;
  const OwnTime& time;
  const StderrLog& log;
  uplink::Uplink* uplink = nullptr;               ///< null where no broker is configured
  const identity::ReceiptTrust* trust = nullptr;  ///< null where `uplink` is
  std::chrono::seconds overdue_after{};
  std::int64_t started_at = 0;
};

class ApiDesk final : public api::Desk {
 public:
  ApiDesk(const DeskParts& parts, std::unique_ptr<outbox::Reader> reader)
      : parts_(parts), tills_(parts.engine), reader_(std::move(reader)) {}

  std::vector<Result<event::TransactionAnswer>> submit(std::vector<event::Transaction> transactions) override;
  Result<event::TransactionAnswer> undo(std::uint64_t seq) override { return tills_.undo(seq); }
  bool retry() override;
  bool question() override;
  api::DaemonStatus status() override;

 private:
  void read_store(api::DaemonStatus& status);

  const DeskParts parts_;
  engine::TillFront tills_;
  std::mutex reader_mutex_;
  std::unique_ptr<outbox::Reader> reader_;
};

}  // namespace greentill::app
