// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/daemon.hpp"

#include <malloc.h>

#include <future>
#include <thread>

#include "daemon/app/chain_owner.hpp"
#include "daemon/app/device_state.hpp"
#include "daemon/app/engine.hpp"
#include "daemon/app/engine_desk.hpp"
#include "daemon/app/pruner.hpp"
#include "daemon/app/strand.hpp"
#include "daemon/base/system.hpp"
#include "greentill/version.hpp"

namespace greentill::app {
namespace {

/// Receipts become durable on the writer thread and are answered on the strand.
class PipelineReceiptBook : public uplink::ReceiptBook {
 public:
  PipelineReceiptBook(Executor& strand, Pipeline& pipeline, Pruner& pruner, Clock& clock)
      : strand_(strand), pipeline_(pipeline), pruner_(pruner), clock_(clock) {}
  void apply(ByteView payload, const outbox::Retried& answers,
             std::function<void(Result<outbox::AppliedReceipt>)> done) override {
    pipeline_.enqueue_write([this, answers, bytes = std::vector<std::uint8_t>(payload.begin(), payload.end()),
                             done = std::move(done)](outbox::Writer& writer) {
      const auto receipt = claim::parse_receipt(bytes);
      Result<outbox::AppliedReceipt> applied = receipt
                                                   ? writer.apply(*receipt, {clock_.unix_seconds(), answers})
                                                   : fail(ErrorCode::invalid, std::string("receipt: ") + receipt.error().reason);
      if (applied) pruner_.heard(receipt->service_time);
      strand_.post([done, applied = std::move(applied)] { done(applied); });
    });
  }

 private:
  Executor& strand_;
  Pipeline& pipeline_;
  Pruner& pruner_;
  Clock& clock_;
};

// Members are declared in the order they are started, so that they stop in the reverse one.
class GreentillDaemon : public Daemon {
 public:
  GreentillDaemon(const Config& config, Log& log) : config_(config), log_(log) {}
  ~GreentillDaemon() override { stop(); }

  Status start();
  void wait() override { terminated_.get_future().wait(); }
  [[nodiscard]] std::uint16_t api_port() const override { return server_->port(); }

 private:
  Result<ClaimContext> claim_context();
  Status open_outbox();
  Status start_engine();
  Status start_uplink();
  Status start_sources();
  Status start_api();
  api::DaemonStatus status();
  void stop();

  Config config_;
  Log& log_;
  SystemClock clock_;
  SystemRandom random_;
  std::promise<void> terminated_;

  std::unique_ptr<identity::DeviceIdentity> identity_;
  std::optional<measure::Library> library_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<outbox::Reader> engine_reader_;
  std::unique_ptr<outbox::Reader> uplink_reader_;
  std::unique_ptr<outbox::Reader> status_reader_;
  std::mutex status_mutex_;
  std::unique_ptr<detect::Detectors> detectors_;
  std::optional<ClaimMaker> maker_;
  Strand strand_;
  std::unique_ptr<identity::ReceiptTrust> trust_;
  std::unique_ptr<uplink::Uplink> uplink_;
  std::unique_ptr<Engine> engine_;
  std::optional<PipelineReceiptBook> book_;
  std::optional<Pruner> pruner_;
  std::unique_ptr<Pipeline> pipeline_;
  std::thread strand_thread_;
  std::unique_ptr<EngineSink> sink_;
  std::unique_ptr<detect::Sources> sources_;
  std::unique_ptr<EngineDesk> desk_;
  std::unique_ptr<api::Server> server_;
  std::int64_t started_at_ = 0;
};

Result<ClaimContext> GreentillDaemon::claim_context() {
  ClaimContext context;
  context.device_id = identity_->device_id();
  context.merchant = config_.merchant;
  context.site = config_.site;
  context.preferred_methodologies = config_.preferred_methodologies;
  context.prints_secrets = config_.api.claim_link.find("{secret}") != std::string::npos;
  const auto boot = count_boot(config_.state_folder);
  if (!boot) return Failure{boot.error()};
  context.boot = *boot;
  const auto programme = identity::load_programme_key(config_.programme_key);
  if (!programme) return Failure{programme.error()};
  context.programme_key = *programme;
  const auto bearer = load_or_create_secret(config_.state_folder / "bearer.key", random_);
  if (!bearer) return Failure{bearer.error()};
  context.bearer_key = *bearer;
  return context;
}

Status GreentillDaemon::open_outbox() {
  auto opened = outbox::Outbox::open({.path = config_.outbox, .vfs = ""}, log_);
  if (!opened) return Failure{opened.error()};
  outbox_ = std::move(*opened);
  for (auto* reader : {&engine_reader_, &uplink_reader_, &status_reader_}) {
    auto made = outbox_->new_reader();
    if (!made) return Failure{made.error()};
    *reader = std::move(*made);
  }
  return Done{};
}

Status GreentillDaemon::start_engine() {
  auto context = claim_context();
  if (!context) return Failure{context.error()};
  // Not the secrets' own key: who holds the store and one secret shall learn nothing of another.
  const Digest account_key = identity::hasher().hmac_sha256(context->bearer_key, {as_bytes("account uses")});
  maker_.emplace(std::move(*context), *library_, clock_, random_);
  const auto wake_uplink = [this] {
    strand_.post([this] {
      if (uplink_) uplink_->wake();
    });
  };
  pipeline_ = std::make_unique<Pipeline>(outbox_->writer(), *identity_, config_.signer_threads, wake_uplink,
                                         [this] { pruner_->make_room(); });
  pruner_.emplace(strand_, *pipeline_, clock_, log_, config_.keep_days * Pruner::kSecondsADay);
  book_.emplace(strand_, *pipeline_, *pruner_, clock_);
  engine_ =
      std::make_unique<Engine>(strand_, *pipeline_, *engine_reader_, *detectors_, *maker_, *library_, account_key, random_, log_);
  strand_thread_ = std::thread([this] { strand_.run(); });

  std::promise<Status> ready;
  strand_.post([this, &ready] {
    pruner_->start();
    engine_->open([&ready](const Status& status) { ready.set_value(status); });
  });
  return ready.get_future().get();
}

Status GreentillDaemon::start_uplink() {
  if (!config_.uplink) {
    log_.write(LogLevel::warning, "uplink", "no [uplink] is configured: claims are kept and not delivered");
    return Done{};
  }
  uplink::Options options = *config_.uplink;
  options.device_id = identity_->device_id();
  options.version = kVersion;
  options.certificate = config_.certificate;
  options.key = config_.key;
  auto trust = identity::ReceiptTrust::load(options.authorities, config_.receipt_certificates);
  if (!trust) return Failure{trust.error()};
  trust_ = std::move(*trust);
  std::promise<void> started;
  strand_.post([&] {
    uplink_ = uplink::Uplink::create(options, strand_, clock_, random_, log_, *uplink_reader_, *book_, *trust_);
    uplink_->start();
    started.set_value();
  });
  started.get_future().wait();
  return Done{};
}

Status GreentillDaemon::start_sources() {
  auto reader = outbox_->new_reader();
  if (!reader) return Failure{reader.error()};
  sink_ = std::make_unique<EngineSink>(strand_, *engine_, std::move(*reader));
  auto sources = detect::Sources::start(config_.sources, config_.plugin_host, *sink_, clock_, log_);
  if (!sources) return Failure{sources.error()};
  sources_ = std::move(*sources);
  return Done{};
}

Status GreentillDaemon::start_api() {
  auto token = load_or_create_token(config_.api_token, random_);
  if (!token) return Failure{token.error()};
  config_.api.token = std::move(*token);
  auto reader = outbox_->new_reader();
  if (!reader) return Failure{reader.error()};
  desk_ = std::make_unique<EngineDesk>(strand_, *engine_, *pipeline_, [this] { return status(); });
  auto server = api::Server::start(config_.api, *desk_, std::move(*reader), clock_, log_);
  if (!server) return Failure{server.error()};
  server_ = std::move(*server);
  return Done{};
}

Status GreentillDaemon::start() {
  started_at_ = clock_.unix_seconds();
  auto identity = identity::DeviceIdentity::load(config_.key, config_.certificate);
  if (!identity) return Failure{identity.error()};
  identity_ = std::move(*identity);
  auto library = measure::Library::load(config_.methodologies, identity::hasher());
  if (!library) return Failure{library.error()};
  library_ = std::move(*library);
  if (Status preferred = check_preferred(config_, *library_); !preferred) return preferred;
  std::error_code error;
  std::filesystem::create_directories(config_.state_folder, error);
  if (error) return fail(ErrorCode::io, config_.state_folder.string() + ": cannot create the state folder: " + error.message());
  if (Status opened = open_outbox(); !opened) return opened;
  if (Status ours = check_chain_owner(*engine_reader_, *identity_); !ours) {
    return Failure{ours.error().with_context(config_.outbox.string())};
  }
  auto detectors = detect::Detectors::load(config_.detectors, config_.plugin_host, clock_, log_);
  if (!detectors) return Failure{detectors.error()};
  detectors_ = std::move(*detectors);

  strand_.on_termination([this] { terminated_.set_value(); });
  if (Status started = start_engine(); !started) return started;
  if (Status started = start_uplink(); !started) return started;
  if (Status started = start_sources(); !started) return started;
  if (Status started = start_api(); !started) return started;
  return Done{};
}

api::DaemonStatus GreentillDaemon::status() {
  api::DaemonStatus status;
  status.device_id = identity_->device_id();
  status.version = kVersion;
  status.merchant = config_.merchant;
  status.site = config_.site;
  status.started_at = started_at_;
  status.trouble = engine_->trouble();
  {
    const std::lock_guard lock(status_mutex_);
    if (const auto chain = status_reader_->chain(); chain) {
      status.chain = *chain;
    } else {
      status.trouble = chain.error().message;
    }
    if (const auto backlog = status_reader_->backlog(); backlog) status.backlog = *backlog;
  }
  if (uplink_) status.link = uplink_->status();
  status.plugins = detectors_->status();
  for (auto& source : sources_->status()) status.plugins.push_back(std::move(source));
  return status;
}

void GreentillDaemon::stop() {
  server_.reset();
  sources_.reset();
  if (strand_thread_.joinable()) {
    std::promise<void> stopped;
    strand_.post([&] {
      if (uplink_) uplink_->stop();
      pruner_->stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
    // What the pipeline finishes last would go on on the strand, into a pipeline that is no more.
    strand_.stop();
    strand_thread_.join();
    pipeline_.reset();
  }
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(const Config& config, Log& log) {
  // Enough heaps that no signer, whose big integers live on the heap, waits for another thread's lock, and no more: each keeps
  // its own free pages resident. The signers, the writer and the strand start first and get one each.
  ::mallopt(M_ARENA_MAX, static_cast<int>(config.signer_threads) + 4);
  auto daemon = std::make_unique<GreentillDaemon>(config, log);
  if (Status started = daemon->start(); !started) return Failure{started.error()};
  return std::unique_ptr<Daemon>(std::move(daemon));
}

}  // namespace greentill::app
