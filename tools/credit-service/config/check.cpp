// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/config/check.hpp"

#include <unistd.h>

#include <optional>

#include "daemon/claim/claim.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/library.hpp"
#include "tools/credit-service/verify/certificate_folder.hpp"

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
    devices(authority);
    methodologies();
    programme();
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
    if (certificate->common_name() != kServiceName) {
      found_.problem(key,
                     where + "its common name is not " + std::string(kServiceName) + ": the shipped ACL lets it read no claims");
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
    if (!files) return found_.problem(key, files.error().message);
    for (const std::filesystem::path& file : *files) {
      if (!tools::may_read(file, key, found_)) continue;
      const auto certificates = read_certificates(file);
      if (!certificates) found_.problem(key, "passed over: " + certificates.error().message);
      if (!certificates) continue;
      for (const crypto::Certificate& one : *certificates) all.push_back({file.string(), one});
    }
    if (authority) {
      for (const Filed& one : all) device(one, *authority, all);
    }
  }

  /// An expired certificate is in order where a valid one for the same key is there.
  void device(const Filed& filed, const crypto::Authority& authority, const std::vector<Filed>& all) {
    const std::string where = filed.file + ": '" + filed.certificate.common_name() + "': ";
    if (!claim::is_device_id(filed.certificate.common_name())) {
      found_.problem("devices", where + "its common name is no device id");
    }
    const auto defects = authority.defects(filed.certificate, judge_.now);
    if (defects.empty()) return tools::check_end(filed.certificate, "devices", where, judge_, found_);
    for (const Filed& other : all) {
      if (other.certificate.common_name() == filed.certificate.common_name() && other.certificate.same_key(filed.certificate) &&
          authority.defects(other.certificate, judge_.now).empty()) {
        return;
      }
    }
    found_.problem("devices", where + to_words(defects, judge_.words));
  }

  void methodologies() {
    const auto library = measure::Library::load(config_.methodologies, crypto::hasher());
    if (!library) found_.problem("methodologies", library.error().message);
  }

  void programme() {
    if (!tools::may_read(config_.programme, "programme", found_)) return;
    const auto programme = load_programme(config_, crypto::hasher());
    if (!programme) found_.problem("programme", programme.error().message);
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
