// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/config/identity_check.hpp"

#include "daemon/app/choices.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/identity/settings.hpp"

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
    check_settings();
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
    if (certificate) device_ = certificate->common_name();
    if (is_there(config_.key, "identity.key")) tools::check_key(config_.key, "identity.key", certificate, into_);
  }

  void check_settings() {
    const std::string key = "identity.settings";
    if (!is_there(config_.settings, key)) return;
    const auto content = tools::read_own(config_.settings, key, into_);
    if (!content) return;
    const auto settings = identity::parse_settings(content->text(), config_.settings.string());
    if (!settings) return into_.problem(key, settings.error().message);
    if (Status ours = identity::check_settings_of(*settings, device_); !device_.empty() && !ours) {
      into_.problem(key, config_.settings.string() + ": " + ours.error().message);
    }
    for (const Error& error : app::find_root_errors(config_, *settings)) into_.problems.push_back(error.message);
    if (const auto choice = app::choose_roots(config_, *settings)) tell_roots(*settings, *choice);
  }

  void tell_roots(const identity::Settings& settings, const identity::RootChoice& choice) {
    const identity::Assignment& assignment = settings.assignment;
    into_.notes.push_back("settings number " + std::to_string(settings.number) + ": assignment " +
                          std::to_string(assignment.number) + ", merchant '" + assignment.merchant + "', site '" +
                          assignment.site + "'");
    into_.notes.push_back("the API claims under the root '" + choice.api->name + "'");
    for (const auto& [source, root] : choice.sources) {
      into_.notes.push_back("source '" + source + "' claims under the root '" + root->name + "'");
    }
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
  std::string device_;  // by the certificate; empty where it could not be read
  const tools::Judge judge_;
  tools::Findings& into_;
};

}  // namespace

void check_identity(const app::Config& config, const DaemonUser& user, const Clock& clock, tools::Findings& into) {
  IdentityCheck(config, user, clock, into).run();
}

}  // namespace greentill::cli
