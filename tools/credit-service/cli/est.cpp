// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/est.hpp"

#include "daemon/base/file.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "tools/credit-service/authority/authority.hpp"
#include "tools/credit-service/config/opening.hpp"

namespace greentill::credit {
Result<std::unique_ptr<SignedAnswers>> load_signed_answers(const Config& config, Clock& clock) {
  if (!config.signer) return std::unique_ptr<SignedAnswers>();
  auto certificate = read_file(config.signer->certificate);
  if (!certificate) return Failure{certificate.error().with_context("signer.certificate")};
  const auto key = crypto::read_secret(config.signer->key);
  if (!key) return Failure{key.error().with_context("signer.key")};
  auto answers = SignedAnswers::make(std::move(*certificate), key->text(), clock);
  if (!answers) return Failure{answers.error().with_context(config.signer->certificate.string())};
  return answers;
}

Result<OpenOffice> open_office(const Config& config, const LedgerParts& parts, const std::string& who,
                               const std::string& command) {
  const EstConfig& est = *config.est;
  auto issuer = load_issuer(est.authority, Branch::devices);
  if (!issuer) return Failure{issuer.error().with_context("est.authority")};
  auto anchors = load_anchors(est.authority);
  if (!anchors) return Failure{anchors.error().with_context("est.authority")};
  auto store = open_store(config);
  if (!store) return Failure{store.error()};
  Store& database = **store;
  auto ledger = Ledger::open(std::move(*store), parts.programme, parts.library, Consents(crypto::hasher()), crypto::hasher(),
                             parts.clock, parts.log);
  if (!ledger) return Failure{ledger.error()};
  OfficeOptions options{config.database, est.terms, who, command};
  if (config.signer && !config.programme_key.empty()) {
    auto programme_key = load_programme_key(config);
    if (!programme_key) return Failure{programme_key.error()};
    options.programme_key = std::move(*programme_key);
  }
  auto office = make_office(std::move(*ledger), database, std::move(*issuer), std::move(options), parts.clock, parts.log);
  return OpenOffice{std::move(office), std::move(*anchors)};
}

Result<std::unique_ptr<EstService>> start_est(const Config& config, const LedgerParts& parts) {
  if (!config.est) return std::unique_ptr<EstService>();
  const EstConfig& est = *config.est;
  auto open = open_office(config, parts);
  if (!open) return Failure{open.error()};
  for (const auto& file : keys_for_elsewhere(est.authority)) {
    parts.log.write(LogLevel::warning, "est",
                    file.string() + ": this key belongs on another machine; the service needs devices.key alone");
  }
  auto certificate = read_file(est.certificate);
  if (!certificate) return Failure{certificate.error().with_context("est.certificate")};
  auto key = crypto::read_secret(est.key);
  if (!key) return Failure{key.error().with_context("est.key")};
  auto beside = load_signed_answers(config, parts.clock);
  if (!beside) return Failure{beside.error()};
  return EstService::start({est.host, est.port, std::move(*certificate), std::move(open->anchors)}, std::move(*key),
                           std::move(open->office), std::move(*beside), parts.clock, parts.log);
}

}  // namespace greentill::credit
