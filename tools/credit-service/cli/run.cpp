// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <csignal>
#include <thread>

#include "daemon/base/backoff.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/heartbeat.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "tools/broker-guard/names.hpp"
#include "tools/broker-guard/share_group.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/est.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/registry/methodologies.hpp"
#include "tools/credit-service/verify/locks.hpp"

namespace greentill::credit {
namespace {

std::atomic<bool> stopping{false};

constexpr std::chrono::milliseconds kLeastPause{200};
constexpr std::chrono::milliseconds kMostPause{30'000};

/// A broker with the guard keeps another name out; one with the ACL alone withholds what that user may not read, and does not say
/// so.
void warn_of_name(const std::string& name, const std::filesystem::path& path, Log& log) {
  if (name == guard::kServiceName) return;
  log.write(LogLevel::warning, "service",
            path.string() + ": its common name is \"" + name + "\", not \"" + std::string(guard::kServiceName) +
                "\": the broker lets this worker read no claims, and may not say so");
}

/// The key that signs receipts is the one used for TLS to the broker.
Result<crypto::Signer> load_signer(const probe::Target& broker, Log& log) {
  const auto pem = read_file(broker.certificate);
  if (!pem) return Failure{pem.error()};
  const auto certificate = crypto::Certificate::leaf_from(*pem);
  if (!certificate) return Failure{certificate.error().with_context(broker.certificate.string())};
  if (!certificate->has_usage(crypto::kReceiptSigningUsage)) {
    return fail(ErrorCode::denied, broker.certificate.string() + ": the certificate's extended key usage lacks " +
                                       std::string(crypto::kReceiptSigningUsage));
  }
  const auto key = crypto::read_secret(broker.key);
  if (!key) return Failure{key.error()};
  auto signer = crypto::Signer::from(key->text(), *certificate);
  if (!signer) return Failure{signer.error().with_context(broker.key.string())};
  warn_of_name(certificate->common_name(), broker.certificate, log);
  return signer;
}

/// The common bundle, from what this worker's registry says.
class OwnBundles final : public BundleSource {
 public:
  OwnBundles(SignedAnswers& signer, RegistryReader& registry, Clock& clock)
      : signer_(signer), registry_(registry), clock_(clock) {}
  Result<SignedBundle> common_bundle() override {
    const auto all = registry_.methodologies();
    if (!all) return Failure{all.error()};
    const Publication published = publication_of(*all, clock_.unix_seconds());
    return published.number == 0 ? Result<SignedBundle>(SignedBundle{}) : signer_.sign_common(published);
  }

 private:
  SignedAnswers& signer_;
  RegistryReader& registry_;
  Clock& clock_;
};

Status serve(const Config& config, Ledger& ledger, measure::Library& library, const claim::Hasher& hasher, Clocks clocks,
             Clock& clock, Log& log) {
  const auto authorities = read_file(config.broker.target.authorities);
  if (!authorities) return Failure{authorities.error()};
  auto signer = load_signer(config.broker.target, log);
  if (!signer) return Failure{signer.error()};
  auto authority = crypto::Authority::from_pem(*authorities);
  if (!authority) return Failure{authority.error()};
  Certificates certificates(ledger.registry(), std::move(*authority), clock, log);
  clocks.look_at_ours();
  auto answers = load_signed_answers(config, clock);
  if (!answers) return Failure{answers.error()};
  std::optional<OwnBundles> bundles;
  if (*answers) bundles.emplace(**answers, ledger.registry(), clock);
  Methodologies published(ledger.registry(), library, hasher, clock, log);
  std::optional<crypto::Secret> programme_key;
  if (!config.programme_key.empty()) {
    auto read = load_programme_key(config);
    if (!read) return Failure{read.error()};
    programme_key = std::move(*read);
  }
  Locks locks(ledger.registry(), std::move(programme_key), hasher, clock, log);
  Clerk clerk(ledger, BatchExaminer(certificates, library, hasher, locks, &published), *signer, hasher, std::move(clocks));
  return work(config.broker, clerk, ledger.registry(), bundles ? &*bundles : nullptr, log, stopping);
}

/// A PostgreSQL that is not up yet is waited for.
Result<std::unique_ptr<Store>> open_when_up(const Config& config, WentBack went_back, Log& log,
                                            const std::function<void()>& turned) {
  Backoff backoff(kLeastPause, kMostPause);
  SystemRandom random;
  for (;;) {
    turned();
    auto store = open_store(config, went_back);
    if (store || config.database_url.empty() || store.error().code != ErrorCode::unavailable) return store;
    log.write(LogLevel::warning, "service", store.error().message + "; it is tried again");
    std::this_thread::sleep_for(backoff.next(random));
  }
}

/// Makes again what the backup lacks: else what was revoked since would be trusted again, and numbers given twice.
Status begin_epoch(Ledger& ledger, Store& database, const Config& config, Log& log) {
  const auto made = replay_missing(database, ledger.desk(), config.database);
  if (!made) return Failure{made.error()};
  log.write(LogLevel::info, "service",
            tools::counted(made->changes, "change") + " of the registry made again, which the backup lacks");
  return ledger.begin_epoch();
}

}  // namespace

Status run(const std::filesystem::path& path, const RunOptions& options) {
  const ServiceManager manager = ServiceManager::from_environment();
  auto config = load_config(path);
  if (!config) return Failure{config.error()};
  if (!options.client_id.empty()) {
    if (Status id = check_client_id(options.client_id); !id) return Failure{id.error().with_context("--client-id")};
    config->broker.client_id = options.client_id;
  }
  auto share_group = guard::read_share_group(config->share_group);
  if (!share_group) return Failure{share_group.error().with_context("broker.share_group")};
  config->broker.share_group = std::move(*share_group);
  const crypto::Hasher hasher;
  auto library = measure::Library::load(config->methodologies, hasher);
  if (!library) return Failure{library.error()};
  auto programme = load_programme(*config, hasher);
  if (!programme) return Failure{programme.error()};
  const auto written = database_written(config->database);
  SystemClock clock;
  StderrLog log(LogLevel::info);
  // Before the database and the broker are there, which are waited for as long as that takes: whoever starts this need not wait.
  Heartbeat heart(manager, clock);
  config->broker.turned = [&heart] { heart.beat(); };
  manager.ready();
  auto store =
      open_when_up(*config, options.new_epoch ? WentBack::taken_by_a_new_epoch : WentBack::refused, log, config->broker.turned);
  if (!store) return Failure{store.error()};
  auto consents = load_consents(*config, hasher);
  if (!consents) return Failure{consents.error()};
  Store& database = **store;
  if (Status published = publish_into(*library, database.registry(), hasher); !published) return published;
  auto ledger = Ledger::open(std::move(*store), *programme, *library, std::move(*consents), hasher, clock, log);
  if (!ledger) return Failure{ledger.error()};
  if (options.new_epoch) {
    if (Status begun = begin_epoch(**ledger, database, *config, log); !begun) return begun;
  }
  // Before anything answers: whoever sees that it does may end it.
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { stopping = true; });
  const auto est = start_est(*config, {*programme, *library, clock, log});
  if (!est) return Failure{est.error()};
  Status ended = serve(*config, **ledger, *library, hasher, Clocks(clock, log, config->database, written), clock, log);
  manager.stopping();
  return ended;
}

}  // namespace greentill::credit
