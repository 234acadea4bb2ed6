// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/config/check.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "daemon/base/saved_text.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/measure/library.hpp"
#include "tools/broker-guard/names.hpp"
#include "tools/broker-guard/share_group.hpp"
#include "tools/credit-service/authority/authority.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/registry/journal.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

class Check {
 public:
  Check(const Config& config, const Clock& clock) : config_(config), judge_(clock, "our clock") {
    tools::check_clock(clock, config.database, "the ledger", found_);
  }

  tools::Findings run() {
    const auto authority = tools::read_authorities(config_.broker.target.authorities, "broker.authorities", judge_, found_);
    own_certificate(authority);
    share_group();
    devices(authority);
    methodologies();
    programme();
    programme_key();
    consents();
    if (config_.est) est(*config_.est);
    if (config_.api) server("api", config_.api->certificate, config_.api->key, "no program");
    if (config_.signer) signer(*config_.signer);
    database();
    return std::move(found_);
  }

 private:
  void own_certificate(const std::optional<crypto::Authority>& authority) {
    const std::string key = "broker.certificate";
    const auto certificate = tools::read_own_certificate(config_.broker.target.certificate, key, authority, judge_, found_);
    tools::check_key(config_.broker.target.key, "broker.key", certificate, found_);
    if (!certificate) return;
    const std::string where = config_.broker.target.certificate.string() + ": ";
    if (!certificate->has_usage(crypto::kReceiptSigningUsage)) {
      found_.problem(
          key, where + "its extended key usage lacks " + std::string(crypto::kReceiptSigningUsage) + ", which signs receipts");
    }
    if (certificate->common_name() != guard::kServiceName) {
      found_.problem(
          key, where + "its common name is not " + std::string(guard::kServiceName) + ": the broker lets it read no claims");
    }
  }

  void share_group() {
    if (!tools::may_read(config_.share_group, "broker.share_group", found_)) return;
    const auto name = guard::read_share_group(config_.share_group);
    if (!name) found_.problem("broker.share_group", name.error().message);
  }

  /// An expired certificate is in order where its key has a valid one, as that of a device which is retired is.
  void devices(const std::optional<crypto::Authority>& authority) {
    const auto books = open_books(config_, crypto::hasher());
    if (!books && books.error().code == ErrorCode::not_found) return;  // run makes it
    if (!books) return found_.problem("database", books.error().message);
    const Status complete = check_complete(RegistryJournal(config_.database), (*books)->registry());
    if (!complete) found_.problem("database", complete.error().message);
    locks((*books)->registry());
    campaigns((*books)->registry());
    const auto devices = (*books)->registry().devices();
    if (!devices) return found_.problem("database", devices.error().message);
    for (const Device& one : *devices) {
      if (one.state != Device::State::expected && one.state != Device::State::active) continue;
      const auto keys = (*books)->registry().keys(one.id);
      if (!keys) return found_.problem("database", keys.error().message);
      const auto in_use = std::ranges::find_if(*keys, [](const DeviceKey& key) { return !key.successor && !key.revoked_at; });
      if (in_use == keys->end()) {
        found_.warning("registry", "device " + one.id + " has no key: greentill-credit key add registers its certificate");
      } else if (authority) {
        key(*in_use, *authority);
      }
    }
  }

  /// Judged by its certificate that lasts longest.
  void key(const DeviceKey& key, const crypto::Authority& authority) {
    const std::string where = "device " + key.device + ": ";
    const auto certificate = key.certificates.empty()
                                 ? Result<crypto::Certificate>(Failure<Error>{{ErrorCode::corrupt, "it has no certificate"}})
                                 : crypto::Certificate::leaf_from(key.certificates.back().pem);
    if (!certificate) return found_.problem("registry", where + certificate.error().message);
    const auto defects = authority.defects(*certificate, judge_.now);
    if (defects.empty()) return tools::check_end(*certificate, "registry", where, judge_, found_);
    found_.problem("registry", where + to_words(defects, judge_.words));
  }

  void methodologies() {
    const auto library = measure::Library::load(config_.methodologies, crypto::hasher());
    if (!library) found_.problem("methodologies", library.error().message);
  }

  void programme() {
    if (!tools::may_read(config_.programme, "programme", found_)) return;
    const auto programme = load_programme(config_, crypto::hasher());
    if (!programme) return found_.problem("programme", programme.error().message);
    for (const Rule& rule : programme->rules()) ceilings(rule);
    if (!programme->screens()) {
      found_.warning("programme",
                     "screening.on is false: a day far from what the device, or devices like it, claim is held by "
                     "ceilings alone");
    }
  }

  /// Whoever may be granted without end.
  void ceilings(const Rule& rule) {
    std::string lacking;
    for (const auto is : {Device::Class::till, Device::Class::kiosk, Device::Class::gateway, Device::Class::dock}) {
      if (!rule.ceiling(is)) lacking += (lacking.empty() ? "" : ", ") + std::string(to_words(is));
    }
    if (!rule.merchant_ceiling()) lacking += (lacking.empty() ? "" : ", ") + std::string("merchant");
    if (!lacking.empty()) {
      found_.warning("programme", "activity " + rule.activity + " has no ceiling_per_day_mg of " + lacking +
                                      ": what is claimed there in a day is bounded by nothing");
    }
    if (!rule.oldest_days) {
      found_.warning("programme", "activity " + rule.activity +
                                      " has no oldest_days: ceilings are of a day's acts, and a device " +
                                      "may claim for as many days as its methodology has been in force");
    }
  }

  /// Where a name is mistyped nothing is added, and nobody would learn of it.
  void campaigns(RegistryReader& registry) {
    const auto programme = load_programme(config_, crypto::hasher());
    if (!programme) return;  // is told below
    for (const Campaign& campaign : programme->campaigns()) {
      for (const std::string& merchant : campaign.merchants) {
        const auto known = registry.merchant(merchant);
        if (!known) return found_.problem("database", known.error().message);
        if (*known) continue;
        found_.warning("programme", "campaign " + campaign.name + " names merchant " + merchant +
                                        ", which the registry does not have: nothing is added there");
      }
    }
  }

  void locks(RegistryReader& registry) {
    const auto roots = registry.roots_of_locks();
    if (!roots) return found_.problem("database", roots.error().message);
    if (roots->empty() || !config_.programme_key.empty()) return;
    found_.problem("programme_key",
                   "it is missing, and there are locks: workers refuse their rides for now (unchecked-statement)");
  }

  void programme_key() {
    if (config_.programme_key.empty()) return;
    const auto content = tools::read_own(config_.programme_key, "programme_key", found_);
    if (!content) return;
    const auto key = crypto::secret_from_hex(only_line(content->text()), 32);
    if (!key) found_.problem("programme_key", config_.programme_key.string() + ": " + key.error().message);
  }

  void consents() {
    if (config_.consent_authorities.empty()) return;
    if (!tools::read_authorities(config_.consent_authorities, "consent_authorities", judge_, found_)) return;
    const auto pem = tools::read_text(config_.consent_certificates, "consent_certificates", found_);
    if (!pem) return;
    const auto signers = load_consents(config_, crypto::hasher());
    if (!signers) return found_.problem("consent_certificates", signers.error().message);
    const auto all = crypto::Certificate::all_from_pem(*pem);
    if (!all) return found_.problem("consent_certificates", all.error().message);
    for (const crypto::Certificate& one : *all) {
      const std::string where = config_.consent_certificates.string() + ": the certificate of \"" + one.common_name() + "\": ";
      tools::check_end(one, "consent_certificates", where, judge_, found_);
    }
  }

  /// What a TLS server of ours shows. `nobody`: who takes it if it is not for that.
  void server(const std::string& table, const std::filesystem::path& file, const std::filesystem::path& key, const char* nobody) {
    const std::string name = table + ".certificate";
    const auto pem = tools::read_text(file, name, found_);
    if (!pem) return;
    const auto certificate = crypto::Certificate::leaf_from(*pem);
    if (!certificate) return found_.problem(name, file.string() + ": " + certificate.error().message);
    if (!certificate->has_usage(crypto::kServerUsage)) {
      found_.problem(name, file.string() + ": its extended key usage lacks serverAuth: " + nobody + " takes it");
    }
    tools::check_end(*certificate, name, file.string() + ": ", judge_, found_);
    tools::check_key(key, table + ".key", *certificate, found_);
  }

  void est(const EstConfig& est) {
    if (tools::may_read(est.authority / "devices.key", "est.authority", found_)) {
      const auto issuer = load_issuer(est.authority, Branch::devices);
      if (!issuer) found_.problem("est.authority", issuer.error().message);
      if (issuer) tools::check_end(issuer->certificate(), "est.authority", "the devices' authority: ", judge_, found_);
    }
    const auto anchors = load_anchors(est.authority);
    if (!anchors) found_.problem("est.authority", anchors.error().message);
    for (const auto& key : keys_for_elsewhere(est.authority)) {
      found_.warning("est.authority",
                     key.string() + ": this key belongs on another machine; the service needs devices.key alone");
    }
    server("est", est.certificate, est.key, "no device");
    if (est.url.empty()) found_.warning("est.url", "is not set: no labels can be printed for codes");
  }

  void signer(const SignerConfig& signer) {
    const auto pem = tools::read_text(signer.certificate, "signer.certificate", found_);
    if (!pem) return;
    const std::string where = signer.certificate.string() + ": ";
    const auto certificate = crypto::Certificate::leaf_from(*pem);
    if (!certificate) return found_.problem("signer.certificate", where + certificate.error().message);
    if (!certificate->has_usage(crypto::kBundleSigningUsage)) {
      found_.problem("signer.certificate", where + "its extended key usage lacks " + std::string(crypto::kBundleSigningUsage) +
                                               ": no device takes what is signed under it");
    }
    tools::check_end(*certificate, "signer.certificate", where, judge_, found_);
    tools::check_key(signer.key, "signer.key", *certificate, found_);
  }

  void database() {
    std::error_code error;
    const auto folder = std::filesystem::absolute(config_.database, error).parent_path();
    if (!std::filesystem::is_directory(folder, error)) {
      return found_.problem("database", folder.string() + ": there is no such folder");
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
      found_.unknown("database", folder.string() + ": whether the service may write there: you may not");
    }
  }

  const Config& config_;
  const tools::Judge judge_;
  tools::Findings found_;
};

}  // namespace

tools::Findings examine(const Config& config, const Clock& clock) { return Check(config, clock).run(); }

}  // namespace greentill::credit
