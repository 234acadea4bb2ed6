// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/config/identity_check.hpp"

#include "daemon/claim/claim.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::cli {
namespace {

class IdentityCheck {
 public:
  IdentityCheck(const app::Config& config, const DaemonUser& user, const Clock& clock, tools::Findings& into)
      : config_(config), user_(user), judge_(clock, "this machine's clock"), into_(into) {}

  void run() {
    std::optional<crypto::Authority> authority;
    if (const std::string key = "uplink.authorities"; config_.uplink && is_there(config_.uplink->authorities, key)) {
      authority = tools::read_authorities(config_.uplink->authorities, key, judge_, into_);
    }
    check_certificate(authority);
    check_programme_key();
    if (config_.uplink) check_receipts(authority);
  }

 private:
  /// What is not there, or not for the daemon, is told.
  bool is_there(const std::filesystem::path& file, const std::string& key) { return user_.need_file(file, key, into_); }

  /// The certificate and its key. The service may trust other authorities besides the broker's, so that only a certificate
  /// without any issuer is certainly wrong.
  void check_certificate(const std::optional<crypto::Authority>& authority) {
    const std::string key = "identity.certificate";
    std::optional<crypto::Certificate> certificate;
    if (is_there(config_.certificate, key)) {
      certificate = tools::read_own_certificate(config_.certificate, key, authority, judge_, into_);
    }
    if (certificate && !claim::is_device_id(certificate->common_name())) {
      into_.problem(
          key, config_.certificate.string() + ": its common name is no device id; that is 1 to 40 of a to z, 0 to 9 and hyphen");
    }
    if (is_there(config_.key, "identity.key")) tools::check_key(config_.key, "identity.key", certificate, into_);
  }

  void check_programme_key() {
    const std::string key = "identity.programme_key";
    if (!is_there(config_.programme_key, key) || !tools::read_own(config_.programme_key, key, into_)) return;
    const auto programme = identity::load_programme_key(config_.programme_key);
    // A wrong mode was told already.
    if (!programme && programme.error().code != ErrorCode::denied) into_.problem(key, programme.error().message);
  }

  void check_receipts(const std::optional<crypto::Authority>& authority) {
    const std::string key = "uplink.receipt_certificates";
    const std::filesystem::path& file = config_.receipt_certificates;
    if (!is_there(file, key)) return;
    const auto text = tools::read_text(file, key, into_);
    if (!text) return;
    const auto all = crypto::Certificate::all_from_pem(*text);
    if (!all) return into_.problem(key, file.string() + ": " + all.error().message);
    for (const crypto::Certificate& one : *all) {
      const std::string where = file.string() + ": '" + one.common_name() + "': ";
      if (!one.has_usage(crypto::kReceiptSigningUsage)) {
        into_.problem(key, where + "it may not sign receipts; it needs the extended key usage " +
                               std::string(crypto::kReceiptSigningUsage));
      }
      if (!authority) continue;
      for (const auto& defect : authority->defects(one, judge_.now)) {
        // Receipts are taken whatever the dates are; but the service cannot reach the broker with a certificate that expired.
        if (defect.depends_on_clock()) {
          into_.warning(key, where + crypto::to_words({defect}, judge_.words));
        } else {
          into_.problem(key, where + defect.words);
        }
      }
    }
  }

  const app::Config& config_;
  const DaemonUser& user_;
  const tools::Judge judge_;
  tools::Findings& into_;
};

}  // namespace

void check_identity(const app::Config& config, const DaemonUser& user, const Clock& clock, tools::Findings& into) {
  tools::check_clock(clock, config.outbox, "the store", into);
  IdentityCheck(config, user, clock, into).run();
}

}  // namespace greentill::cli
