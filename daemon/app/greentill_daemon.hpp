// SPDX-License-Identifier: Apache-2.0
// The daemon's parts, put together. daemon.cpp starts and stops them; daemon_upkeep.cpp starts what keeps its identity, settings
// and time good while it works. Private to daemon/app. Threads: start() and stop() by one.
#pragma once

#include <future>
#include <mutex>
#include <thread>

#include "daemon/app/daemon.hpp"
#include "daemon/app/desk.hpp"
#include "daemon/app/own_answers.hpp"
#include "daemon/app/own_authorities.hpp"
#include "daemon/app/own_identity.hpp"
#include "daemon/app/own_methodologies.hpp"
#include "daemon/app/own_settings.hpp"
#include "daemon/app/own_time.hpp"
#include "daemon/app/self_check.hpp"
#include "daemon/app/strand.hpp"
#include "daemon/app/watchdog.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/heartbeat.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/engine/boot.hpp"
#include "daemon/engine/chain_owner.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/engine/front.hpp"
#include "daemon/outbox/pruner.hpp"
#include "daemon/uplink/receipt_book.hpp"

namespace greentill::app {

// Members are declared in the order they are started, so that they stop in the reverse one.
class GreentillDaemon : public Daemon {
 public:
  GreentillDaemon(const Config& config, StderrLog& log, ServiceManager& manager)
      : config_(config), log_(log), manager_(manager) {}
  ~GreentillDaemon() override { stop(); }

  Status start();
  Status wait() override { return ended_.get_future().get(); }
  [[nodiscard]] std::uint16_t api_port() const override { return server_->port(); }

 private:
  Status load_identity();
  Result<engine::ClaimContext> claim_context();
  Status open_outbox();
  Status start_engine();
  Status start_uplink();
  uplink::DataOptions data_options(std::uint64_t cap);
  uplink::BrokerOptions broker_options();
  std::string renewal_put_off();
  std::string settings_put_off();
  std::string answers_put_off();
  Status start_methodologies();
  Status start_time();
  Status start_renewal();
  void start_authorities();
  Status start_sources();
  Status start_api();
  /// Lets wait() return; the first call counts.
  void end(const Status& how) {
    std::call_once(ends_, [&] { ended_.set_value(how); });
  }
  void stop();

  Config config_;
  StderrLog& log_;
  ServiceManager& manager_;
  SystemRandom random_;
  std::once_flag ends_;
  std::promise<Status> ended_;

  OwnTime time_;
  CorrectedClock& clock_ = time_.clock();
  std::unique_ptr<OwnIdentity> own_;
  std::optional<OwnSettings> settings_;
  std::optional<SelfCheck> self_check_;
  std::optional<OwnAuthorities> authorities_;
  std::optional<OwnMethodologies> methodologies_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<outbox::Reader> engine_reader_;
  std::unique_ptr<outbox::Reader> uplink_reader_;
  std::unique_ptr<detect::Detectors> detectors_;
  std::optional<engine::ClaimMaker> maker_;
  Strand strand_;
  Heartbeat storing_{manager_, clock_};  // of what takes minutes: first by who starts the daemon, then by the committer's thread
  Watchdog watchdog_{strand_, manager_, [this](std::function<void()> through) { engine_->pass(std::move(through)); }};
  std::unique_ptr<identity::ReceiptTrust> trust_;
  std::optional<uplink::FileDataBook> data_book_;
  std::optional<uplink::FileBrokerBook> broker_book_;
  std::unique_ptr<uplink::Uplink> uplink_;
  std::optional<outbox::Pruner> pruner_;
  std::optional<uplink::OutboxReceiptBook> book_;
  std::unique_ptr<engine::Engine> engine_;
  std::thread strand_thread_;
  std::unique_ptr<engine::SourceFront> source_front_;
  OwnAnswers answers_;
  std::unique_ptr<detect::Sources> sources_;
  std::unique_ptr<ApiDesk> desk_;
  std::unique_ptr<api::Server> server_;
  engine::ChainOwner chain_owner_ = engine::ChainOwner::this_key;
  std::int64_t started_at_ = 0;
};

}  // namespace greentill::app
