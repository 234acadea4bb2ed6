// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/config/identity_check.hpp"

#include <unistd.h>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/crypto/signer.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::cli {
namespace {

using Kind = crypto::Defect::Kind;

constexpr std::size_t kMostBytes = 1u << 20;
constexpr std::int64_t kSoonSeconds = 30 * kSecondsADay;

bool may_read(const std::filesystem::path& file) { return ::access(file.c_str(), R_OK) == 0; }

class IdentityCheck {
 public:
  IdentityCheck(const app::Config& config, const DaemonUser& user, const Clock& clock, Findings& into)
      : config_(config), user_(user), clock_(clock), into_(into) {}

  void run() {
    if (auto fault = clock_fault(clock_, database_written(config_.outbox), "the store " + config_.outbox.string())) {
      problem("clock", *fault);
    }
    std::optional<crypto::Authority> authority;
    if (config_.uplink) authority = check_authorities(config_.uplink->authorities);
    const auto certificate = check_certificate(authority);
    check_key(certificate);
    check_programme_key();
    if (config_.uplink) check_receipts(authority);
  }

 private:
  void problem(const std::string& key, const std::string& what) { into_.problems.push_back(key + ": " + what); }
  void warning(const std::string& key, const std::string& what) { into_.warnings.push_back(key + ": " + what); }
  [[nodiscard]] std::string clock_words() const { return "this machine's clock shows " + shown_by(clock_); }

  /// The file's text; nothing where there is none, which is told, or where this user may not read it, which is told as unseen.
  std::optional<std::string> read(const std::filesystem::path& file, const std::string& key) {
    user_.need_file(file, key, into_);
    const auto text = read_file(file, kMostBytes);
    if (text) return *text;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored))
      into_.unseen.push_back(key + ": " + file.string() + ": you may not read it");
    return std::nullopt;
  }

  std::optional<crypto::Authority> check_authorities(const std::filesystem::path& file) {
    const std::string key = "uplink.authorities";
    const auto text = read(file, key);
    if (!text) return std::nullopt;
    auto authority = crypto::Authority::from_pem(*text);
    if (!authority) {
      problem(key, file.string() + ": " + authority.error().message);
      return std::nullopt;
    }
    for (const auto& [name, defect] : authority->outdated(clock_.unix_seconds())) {
      problem(key, file.string() + ": '" + name + "': " + crypto::to_words({defect}, clock_words()));
    }
    return *authority;
  }

  std::optional<crypto::Certificate> check_certificate(const std::optional<crypto::Authority>& authority) {
    const std::string key = "identity.certificate";
    const std::string where = config_.certificate.string() + ": ";
    const auto text = read(config_.certificate, key);
    if (!text) return std::nullopt;
    auto certificate = crypto::Certificate::leaf_from(*text);
    if (!certificate) {
      problem(key, where + certificate.error().message);
      return std::nullopt;
    }
    const std::int64_t now = clock_.unix_seconds();
    if (!claim::is_device_id(certificate->common_name())) {
      problem(key, where + "its common name is no device id; that is 1 to 40 of a to z, 0 to 9 and hyphen");
    }
    for (const auto& defect : certificate->own_defects(now)) problem(key, where + crypto::to_words({defect}, clock_words()));
    if (authority) check_path(*certificate, *authority);
    if (now <= certificate->not_after() && certificate->not_after() - now < kSoonSeconds) {
      warning(key,
              where + "it ends in " + span_text(certificate->not_after() - now) + ", on " + utc_text(certificate->not_after()));
    }
    return *certificate;
  }

  /// Whether it leads to the authorities of the broker. The service may trust others besides, so that only a certificate without
  /// any issuer is certainly wrong.
  void check_path(const crypto::Certificate& certificate, const crypto::Authority& authority) {
    for (const auto& defect : authority.defects(certificate, std::nullopt)) {
      if (defect.kind == Kind::no_digital_signature) continue;
      problem("identity.certificate", config_.certificate.string() + ": " + defect.words);
    }
  }

  void check_key(const std::optional<crypto::Certificate>& certificate) {
    const std::string key = "identity.key";
    const auto secret = read_own(config_.key, key);
    if (!secret || !certificate) return;
    const auto signer = crypto::Signer::from(secret->text(), *certificate);
    if (!signer)
      problem(key,
              config_.key.string() + ", with the certificate " + config_.certificate.string() + ": " + signer.error().message);
  }

  void check_programme_key() {
    const std::string key = "identity.programme_key";
    if (!read_own(config_.programme_key, key)) return;
    const auto programme = identity::load_programme_key(config_.programme_key);
    // A wrong mode was told already.
    if (!programme && programme.error().code != ErrorCode::denied) problem(key, programme.error().message);
  }

  /// A file that holds a secret: it must be the daemon's alone.
  std::optional<crypto::Secret> read_own(const std::filesystem::path& file, const std::string& key) {
    user_.need_file(file, key, into_);
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
    if (!may_read(file)) {
      into_.unseen.push_back(key + ": " + file.string() + ": you may not read it");
      return std::nullopt;
    }
    if (auto alone = crypto::read_secret(file); !alone) problem(key, alone.error().message);
    // What the file holds is looked at whatever its mode is.
    auto secret = crypto::read_secret(file, crypto::Shared::with_programs);
    return secret ? std::optional(std::move(*secret)) : std::nullopt;
  }

  void check_receipts(const std::optional<crypto::Authority>& authority) {
    const std::string key = "uplink.receipt_certificates";
    const std::filesystem::path& file = config_.receipt_certificates;
    const auto text = read(file, key);
    if (!text) return;
    const auto all = crypto::Certificate::all_from_pem(*text);
    if (!all) return problem(key, file.string() + ": " + all.error().message);
    for (const crypto::Certificate& one : *all) {
      const std::string where = file.string() + ": '" + one.common_name() + "': ";
      if (!one.has_usage(crypto::kReceiptSigningUsage)) {
        problem(key,
                where + "it may not sign receipts; it needs the extended key usage " + std::string(crypto::kReceiptSigningUsage));
      }
      if (!authority) continue;
      for (const auto& defect : authority->defects(one, clock_.unix_seconds())) {
        // Receipts are taken whatever the dates are; but the service cannot reach the broker with a certificate that expired.
        if (defect.depends_on_clock()) {
          warning(key, where + crypto::to_words({defect}, clock_words()));
        } else {
          problem(key, where + defect.words);
        }
      }
    }
  }

  const app::Config& config_;
  const DaemonUser& user_;
  const Clock& clock_;
  Findings& into_;
};

}  // namespace

void check_identity(const app::Config& config, const DaemonUser& user, const Clock& clock, Findings& into) {
  IdentityCheck(config, user, clock, into).run();
}

}  // namespace greentill::cli
