// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/daemon.hpp"

#include <algorithm>

#include "daemon/app/choices.hpp"
#include "daemon/app/greentill_daemon.hpp"
#include "daemon/app/own_token.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/engine/boot.hpp"
#include "greentill/version.hpp"

namespace greentill::app {

Status GreentillDaemon::load_identity() {
  auto own = OwnIdentity::load(config_, clock_, random_, log_);
  if (!own) return Failure{own.error()};
  own_ = std::move(*own);
  SelfCheck::About about{own_->device().certificate(), config_.certificate, {}, database_written(config_.outbox), config_.outbox};
  about.time_words = [this] { return time_.words(); };
  if (config_.uplink) {
    const auto pem = read_file(config_.uplink->authorities, 1u << 20);
    if (!pem) return Failure{pem.error()};
    auto authority = crypto::Authority::from_pem(*pem);
    if (!authority) return Failure{authority.error().with_context(config_.uplink->authorities.string())};
    about.authority = std::move(*authority);
  }
  self_check_.emplace(std::move(about), clock_, log_);
  return self_check_->check_usable();
}

Result<engine::ClaimContext> GreentillDaemon::claim_context() {
  engine::ClaimContext context;
  context.device_id = own_->device().device_id();
  context.settings = &settings_->get();
  auto roots = choose_roots(config_, settings_->get());
  if (!roots) return Failure{roots.error()};
  context.roots = std::move(*roots);
  context.prints_secrets = config_.api.claim_link.find("{secret}") != std::string::npos;
  const auto boot = engine::count_boot(config_.state_folder);
  if (!boot) return Failure{boot.error()};
  context.boot = *boot;
  auto bearer = own_->vault().load_or_create(config_.state_folder / "bearer.key", identity::kBearerKeyName, random_);
  if (!bearer) return Failure{bearer.error()};
  context.bearer_key = std::move(*bearer);
  return context;
}

Status GreentillDaemon::open_outbox() {
  outbox::Options options{.path = config_.outbox};
  options.mark = config_.state_folder / "store.mark";
  options.traces = {config_.state_folder / "boot", config_.state_folder / "bearer.key"};
  options.is_ours = [this](const claim::Message& message) { return own_->has_signed(message); };
  options.assignment = settings_->get().assignment.number;
  options.on_progress = [this] { storing_.beat(); };
  storing_.set(Heartbeat::Phase::starts);
  auto opened = outbox::Outbox::open(options, log_);
  storing_.set(Heartbeat::Phase::runs);
  if (!opened) return Failure{opened.error()};
  outbox_ = std::move(*opened);
  for (auto* reader : {&engine_reader_, &uplink_reader_}) {
    auto made = outbox_->new_reader();
    if (!made) return Failure{made.error()};
    *reader = std::move(*made);
  }
  return Done{};
}

Status GreentillDaemon::start_engine() {
  auto context = claim_context();
  if (!context) return Failure{context.error()};
  // A key of its own, derived from the bearer key: whoever holds the store and one customer's secret learns nothing of account
  // uses.
  Digest derived = crypto::hasher().hmac_sha256(context->bearer_key.view(), {as_bytes("account uses")});
  crypto::Secret account_key(derived);
  crypto::wipe(derived);
  maker_.emplace(std::move(*context), engine::Measuring(methodologies_->library(), config_.preferred_methodologies),
                 own_->device().signer(), clock_, random_);
  const engine::Parts parts{strand_,         log_,        random_, outbox_->writer(),
                            *engine_reader_, *detectors_, *maker_, methodologies_->library()};
  engine_ = std::make_unique<engine::Engine>(
      parts, std::move(account_key),
      engine::CommitHooks{[this] {
                            if (uplink_) uplink_->claims_stored();
                          },
                          [this] { pruner_->make_room(); },
                          [this] { end(fail(ErrorCode::corrupt, config_.outbox.string() + ": is damaged")); }});
  pruner_.emplace(strand_, engine_->committer(), clock_, log_, config_.keep_days * kSecondsADay);
  const std::chrono::seconds rest = config_.uplink ? config_.uplink->retry_refused_after : uplink::Options().retry_refused_after;
  book_.emplace(strand_, engine_->committer(), clock_, rest, [this](std::int64_t service_time) {
    pruner_->heard(service_time);
    self_check_->heard(service_time);
    if (self_check_->disagrees()) time_.doubt();
  });
  strand_.post([this] { pruner_->start(); });
  self_check_->start(strand_);
  strand_thread_ = std::thread([this] { strand_.run(); });
  Status opened = engine_->open(chain_owner_);
  if (opened) engine_->mend_refused();
  return opened;
}

/// A count that cannot be read begins anew: that may cost the shop some money, and claims must not wait for it.
uplink::DataOptions GreentillDaemon::data_options(std::uint64_t cap) {
  const std::filesystem::path file = config_.state_folder / "data-use";
  uplink::DataOptions options;
  options.cap = cap;
  if (const auto kept = uplink::FileDataBook::load(file)) {
    options.kept = *kept;
  } else {
    log_.write(LogLevel::warning, "uplink", kept.error().message + "; what the line has carried is counted from nothing again");
  }
  data_book_.emplace(file, engine_->committer(), log_);
  options.book = &*data_book_;
  options.sure_time = [this] { return self_check_->sure_time(); };
  return options;
}

uplink::BrokerOptions GreentillDaemon::broker_options() {
  const std::filesystem::path file = broker_file(config_);
  uplink::BrokerOptions options;
  options.named = settings_->get().broker;
  auto kept = uplink::FileBrokerBook::load(file, config_.uplink->server_uri);
  if (!kept) log_.write(LogLevel::warning, "uplink", kept.error().message + "; the configured broker is gone back to");
  if (kept) options.kept = std::move(*kept);
  broker_book_.emplace(file, config_.uplink->server_uri, engine_->committer(), log_);
  options.book = &*broker_book_;
  return options;
}

Status GreentillDaemon::start_uplink() {
  if (!config_.uplink) {
    log_.write(LogLevel::warning, "uplink", "no [uplink] is configured: claims are kept and not delivered");
    return Done{};
  }
  uplink::Options options = *config_.uplink;
  options.device_id = own_->device().device_id();
  options.version = kVersion;
  options.certificate = config_.certificate;
  options.key = own_->key_path();
  options.data = data_options(config_.uplink->data.cap);
  options.broker = broker_options();
  options.verification_time = [this] { return clock_.corrected(); };
  if (config_.enrolment) {
    options.methodologies = [this](std::string message) { methodologies_->came(std::move(message)); };
    options.wants_methodologies = [this] { return methodologies_->wants_kept(); };
  }
  options.own_certificate = [this](std::int64_t service_time) { return self_check_->why_not_taken(service_time); };
  auto trust = identity::ReceiptTrust::load(options.authorities, config_.receipt_certificates);
  if (!trust) return Failure{trust.error()};
  trust_ = std::move(*trust);
  uplink_ = uplink::Uplink::create(options, strand_, clock_, random_, log_, *uplink_reader_, *book_, *engine_, *trust_);
  return Done{};
}

Status GreentillDaemon::start_sources() {
  auto reader = outbox_->new_reader();
  if (!reader) return Failure{reader.error()};
  source_front_ = std::make_unique<engine::SourceFront>(*engine_, std::move(*reader));
  if (Status started = answers_.start(*own_, config_, clock_, random_, log_, [this] { return answers_put_off(); }); !started)
    return started;
  auto ask = [this](const detect::Question& question, std::function<void(detect::Reply)> done) {
    answers_.ask(question, std::move(done));
  };
  auto sources = detect::Sources::start(config_.sources, config_.plugin_host, *source_front_, clock_, log_, std::move(ask));
  if (!sources) return Failure{sources.error()};
  sources_ = std::move(*sources);
  return Done{};
}

Status GreentillDaemon::start_api() {
  const auto token = own_token(own_->vault(), config_.api_token, config_.api_token_group, random_);
  if (!token) return Failure{token.error()};
  config_.api.token = api::ApiToken::of(token->view());
  auto reader = outbox_->new_reader();
  if (!reader) return Failure{reader.error()};
  auto desks = outbox_->new_reader();
  if (!desks) return Failure{desks.error()};
  const DeskParts parts{
      *engine_, *detectors_, *sources_,     *own_,        *authorities_,         *settings_, *methodologies_, *self_check_,
      time_,    log_,        uplink_.get(), trust_.get(), config_.overdue_after, started_at_};
  desk_ = std::make_unique<ApiDesk>(parts, std::move(*desks));
  // Under its address as the configuration has it: another one is bound anew.
  std::string name = "api " + config_.api.host + ' ' + std::to_string(config_.api.port);
  std::replace(name.begin(), name.end(), ':', '.');
  config_.api.socket = manager_.take(name).release();
  auto server = api::Server::start(config_.api, *desk_, std::move(*reader), clock_, log_);
  if (!server) {
    manager_.forget(name);
    return Failure{server.error()};
  }
  server_ = std::move(*server);
  if (config_.api.socket < 0) manager_.keep(server_->socket(), name);  // else it is kept already
  return Done{};
}

Status GreentillDaemon::start() {
  started_at_ = clock_.unix_seconds();
  if (Status loaded = load_identity(); !loaded) return loaded;
  settings_.emplace(config_, *own_, clock_, random_, log_);
  if (Status loaded = settings_->load(); !loaded) return loaded;
  methodologies_.emplace(config_, *own_, clock_, random_, log_);
  if (Status loaded = methodologies_->load(); !loaded) return loaded;
  std::error_code error;
  std::filesystem::create_directories(config_.state_folder, error);
  if (error) return fail(ErrorCode::io, config_.state_folder.string() + ": cannot create the state folder: " + error.message());
  if (Status opened = open_outbox(); !opened) return opened;
  const auto owner = engine::chain_owner(*engine_reader_, own_->device(), own_->former());
  if (!owner) return Failure{owner.error().with_context(config_.outbox.string())};
  chain_owner_ = *owner;
  if (Status newest = settings_->keep_number(*engine_reader_, outbox_->writer()); !newest) return newest;
  auto detectors = detect::Detectors::load(config_.detectors, config_.plugin_host, clock_, log_);
  if (!detectors) return Failure{detectors.error()};
  detectors_ = std::move(*detectors);

  strand_.on_termination([this] { end(Done{}); });
  if (Status started = start_engine(); !started) return started;
  if (Status started = start_uplink(); !started) return started;
  if (Status started = start_methodologies(); !started) return started;
  if (Status started = start_time(); !started) return started;
  if (Status started = start_sources(); !started) return started;
  if (Status started = start_renewal(); !started) return started;
  start_authorities();
  if (Status started = settings_->start(
          *engine_, [this] { return settings_put_off(); },
          [this](const std::string& broker) {
            if (uplink_) uplink_->broker_named(broker);
          });
      !started)
    return started;
  Status answers = start_api();
  if (answers) strand_.post([this] { watchdog_.start(); });
  return answers;
}

void GreentillDaemon::stop() {
  server_.reset();
  if (settings_) settings_->stop();
  if (authorities_) authorities_->stop();
  if (own_) own_->stop();
  sources_.reset();
  answers_.stop();
  if (strand_thread_.joinable()) {
    std::promise<void> stopped;
    strand_.post([&] {
      if (uplink_) uplink_->stop();
      pruner_->stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
    // The committer's last work posts to the strand. With the strand stopped that work is dropped; it would use an engine that is
    // gone.
    strand_.stop();
    strand_thread_.join();
    engine_.reset();
  }
  time_.stop();                                // what comes of receipts doubts it
  if (methodologies_) methodologies_->stop();  // the strand hands it what the broker brings
}

Result<std::unique_ptr<Daemon>> Daemon::start(const Config& config, StderrLog& log, ServiceManager& manager) {
  auto daemon = std::make_unique<GreentillDaemon>(config, log, manager);
  if (Status started = daemon->start(); !started) return Failure{started.error()};
  return std::unique_ptr<Daemon>(std::move(daemon));
}

}  // namespace greentill::app
