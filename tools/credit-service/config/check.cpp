// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/config/check.hpp"

#include <unistd.h>

#include <cerrno>
#include <optional>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/crypto/signer.hpp"
#include "daemon/measure/library.hpp"
#include "tools/credit-service/verify/certificate_folder.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostBytes = 1u << 20;
constexpr std::int64_t kSoonSeconds = 30 * kSecondsADay;

class Check {
 public:
  Check(const Config& config, const Clock& clock) : config_(config), clock_(clock) {}

  Findings run() {
    if (auto fault = clock_fault(clock_, database_written(config_.database), "the ledger " + config_.database.string())) {
      problem("clock", *fault);
    }
    const auto authority = authorities();
    own_certificate(authority);
    devices(authority);
    methodologies();
    programme();
    database();
    return std::move(found_);
  }

 private:
  void problem(const std::string& key, const std::string& what) { found_.problems.push_back(key + ": " + what); }
  [[nodiscard]] std::string clock_words() const { return "our clock shows " + shown_by(clock_); }

  /// Whether this user may read the file, which is told where not. One that is not there is told by whoever reads it.
  bool may_read(const std::filesystem::path& file, const std::string& key) {
    if (::access(file.c_str(), R_OK) == 0 || errno != EACCES) return true;
    found_.unseen.push_back(key + ": " + file.string() + ": you may not read it");
    return false;
  }

  std::optional<std::string> read(const std::filesystem::path& file, const std::string& key) {
    if (!may_read(file, key)) return std::nullopt;
    auto text = read_file(file, kMostBytes);
    if (text) return std::move(*text);
    problem(key, text.error().message);
    return std::nullopt;
  }

  std::optional<crypto::Authority> authorities() {
    const std::string key = "broker.authorities";
    const auto text = read(config_.broker.target.authorities, key);
    if (!text) return std::nullopt;
    auto authority = crypto::Authority::from_pem(*text);
    if (!authority) {
      problem(key, config_.broker.target.authorities.string() + ": " + authority.error().message);
      return std::nullopt;
    }
    for (const auto& [name, defect] : authority->outdated(clock_.unix_seconds())) {
      problem(key, config_.broker.target.authorities.string() + ": '" + name + "': " + crypto::to_words({defect}, clock_words()));
    }
    return std::move(*authority);
  }

  void own_certificate(const std::optional<crypto::Authority>& authority) {
    const std::string key = "broker.certificate";
    const auto text = read(config_.broker.target.certificate, key);
    if (!text) return;
    const std::string where = config_.broker.target.certificate.string() + ": ";
    const auto certificate = crypto::Certificate::leaf_from(*text);
    if (!certificate) return problem(key, where + certificate.error().message);
    for (const auto& defect : certificate->own_defects(clock_.unix_seconds()))
      problem(key, where + crypto::to_words({defect}, clock_words()));
    if (!certificate->has_usage(crypto::kReceiptSigningUsage)) {
      problem(key,
              where + "its extended key usage lacks " + std::string(crypto::kReceiptSigningUsage) + ", which signs receipts");
    }
    if (certificate->common_name() != "credit") {
      problem(key, where + "its common name is not credit: the shipped ACL lets it read no claims");
    }
    if (authority) path(*certificate, *authority, key, where);
    soon(*certificate, key, where);
    own_key(*certificate);
  }

  void path(const crypto::Certificate& certificate, const crypto::Authority& authority, const std::string& key,
            const std::string& where) {
    for (const auto& defect : authority.defects(certificate, std::nullopt)) {
      if (defect.kind != crypto::Defect::Kind::no_digital_signature) problem(key, where + defect.words);
    }
  }

  void soon(const crypto::Certificate& certificate, const std::string& key, const std::string& where) {
    const std::int64_t left = certificate.not_after() - clock_.unix_seconds();
    if (left < 0 || left >= kSoonSeconds) return;
    found_.warnings.push_back(key + ": " + where + "it ends in " + span_text(left) + ", on " + utc_text(certificate.not_after()));
  }

  void own_key(const crypto::Certificate& certificate) {
    const std::string key = "broker.key";
    const std::filesystem::path& file = config_.broker.target.key;
    if (!may_read(file, key)) return;
    if (const auto alone = crypto::read_secret(file); !alone) problem(key, alone.error().message);
    // What the file holds is looked at whatever its mode is.
    const auto secret = crypto::read_secret(file, crypto::Shared::with_programs);
    if (!secret) return;
    if (const auto signer = crypto::Signer::from(secret->text(), certificate); !signer) {
      problem(key, file.string() + ": " + signer.error().message);
    }
  }

  struct Filed {
    std::string file;
    crypto::Certificate certificate;
  };

  void devices(const std::optional<crypto::Authority>& authority) {
    const std::string key = "devices";
    std::vector<Filed> all;
    const auto files = certificate_files(config_.devices);
    if (!files) return problem(key, files.error().message);
    for (const std::filesystem::path& file : *files) {
      if (!may_read(file, key)) continue;
      const auto certificates = read_certificates(file);
      if (!certificates) problem(key, "passed over: " + certificates.error().message);
      if (!certificates) continue;
      for (const crypto::Certificate& one : *certificates) all.push_back({file.string(), one});
    }
    if (authority) {
      for (const Filed& one : all) device(one, *authority, all);
    }
  }

  /// An expired certificate is in order where a valid one for the same key is there.
  void device(const Filed& filed, const crypto::Authority& authority, const std::vector<Filed>& all) {
    const std::int64_t now = clock_.unix_seconds();
    const std::string where = filed.file + ": '" + filed.certificate.common_name() + "': ";
    if (!claim::is_device_id(filed.certificate.common_name())) problem("devices", where + "its common name is no device id");
    const auto defects = authority.defects(filed.certificate, now);
    if (defects.empty()) return soon(filed.certificate, "devices", where);
    for (const Filed& other : all) {
      if (other.certificate.common_name() == filed.certificate.common_name() && other.certificate.same_key(filed.certificate) &&
          authority.defects(other.certificate, now).empty()) {
        return;
      }
    }
    problem("devices", where + to_words(defects, clock_words()));
  }

  void methodologies() {
    const auto library = measure::Library::load(config_.methodologies, crypto::hasher());
    if (!library) problem("methodologies", library.error().message);
  }

  void programme() {
    if (!may_read(config_.programme, "programme")) return;
    const auto programme = load_programme(config_, crypto::hasher());
    if (!programme) problem("programme", programme.error().message);
  }

  void database() {
    std::error_code error;
    const auto folder = std::filesystem::absolute(config_.database, error).parent_path();
    if (!std::filesystem::is_directory(folder, error)) return problem("database", folder.string() + ": there is no such folder");
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
      found_.unseen.push_back("database: " + folder.string() + ": whether the service may write there: you may not");
    }
  }

  const Config& config_;
  const Clock& clock_;
  Findings found_;
};

}  // namespace

Findings examine(const Config& config, const Clock& clock) { return Check(config, clock).run(); }

}  // namespace greentill::credit
