// SPDX-License-Identifier: Apache-2.0
#include <mbedtls/ecdsa.h>
#include <mbedtls/platform_util.h>

#include <chrono>

#include "daemon/base/system.hpp"
#include "daemon/identity/certificate.hpp"
#include "daemon/identity/ecdsa_verifier.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/identity/secret_file.hpp"

namespace greentill::identity {
namespace {

std::int64_t unix_seconds(const mbedtls_x509_time& time) {
  using namespace std::chrono;
  const sys_days day =
      year(time.year) / month(static_cast<unsigned>(time.mon)) / std::chrono::day(static_cast<unsigned>(time.day));
  return (sys_seconds(day) + hours(time.hour) + minutes(time.min) + seconds(time.sec)).time_since_epoch().count();
}

/// mbedtls_ecdsa_sign_det_ext on a group that is kept: its tables for the base point are made once, not for every signature as by
/// mbedtls_pk_sign.
class EcdsaSigner final : public claim::Signer {
 public:
  EcdsaSigner(const mbedtls_ecp_keypair& key, const Digest& thumbprint) : thumbprint_(thumbprint) {
    usable_ = mbedtls_ecp_group_load(group_.get(), MBEDTLS_ECP_DP_SECP256R1) == 0 && mbedtls_mpi_copy(secret_.get(), &key.d) == 0;
  }

  [[nodiscard]] Digest thumbprint() const noexcept override { return thumbprint_; }

  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) noexcept override {
    if (!usable_) return false;
    Number r;
    Number s;
    claim::Signature signature;
    const bool made = mbedtls_ecdsa_sign_det_ext(group_.get(), r.get(), s.get(), secret_.get(), digest.data(), digest.size(),
                                                 MBEDTLS_MD_SHA256, blinding, &random_) == 0 &&
                      mbedtls_mpi_write_binary(r.get(), signature.data(), 32) == 0 &&
                      mbedtls_mpi_write_binary(s.get(), signature.data() + 32, 32) == 0;
    if (made) out = signature;
    return made;
  }

 private:
  static int blinding(void* random, unsigned char* out, std::size_t length) {
    static_cast<SystemRandom*>(random)->fill({out, length});
    return 0;
  }

  Digest thumbprint_;
  Group group_;
  Number secret_;
  SystemRandom random_;
  bool usable_ = false;
};

Status load_key(const std::filesystem::path& path, PrivateKey& into) {
  auto content = read_secret(path);
  if (!content) return Failure{content.error()};
  const std::size_t length = content->size() + (is_pem(*content) ? 1 : 0);
  const int code = mbedtls_pk_parse_key(into.get(), as_bytes(*content).data(), length, nullptr, 0);
  mbedtls_platform_zeroize(content->data(), content->size());
  if (code != 0) return refused(path, "holds no private key", code);
  if (!is_p256(*into.get())) return fail(ErrorCode::invalid, path.string() + ": the key must be one of the curve P-256");
  return Done{};
}

class LoadedIdentity final : public DeviceIdentity {
 public:
  Status load_files(const std::filesystem::path& key, const std::filesystem::path& certificate) {
    if (Status loaded = load_key(key, key_); !loaded) return loaded;
    if (Status loaded = load_certificates(certificate, chain_); !loaded) return loaded;
    if (const int code = mbedtls_pk_check_pair(&chain_->pk, key_.get()); code != 0) {
      return refused(certificate, "its first certificate is not that of the key " + key.string(), code);
    }
    device_id_ = common_name_of(*chain_.get());
    if (!claim::is_device_id(device_id_)) {
      return fail(ErrorCode::invalid, certificate.string() + ": its common name '" + device_id_ +
                                          "' is no device id; that is 1 to 40 of a to z, 0 to 9 and hyphen");
    }
    thumbprint_ = thumbprint_of(*chain_.get());
    return Done{};
  }

  [[nodiscard]] const std::string& device_id() const override { return device_id_; }
  [[nodiscard]] const Digest& thumbprint() const override { return thumbprint_; }
  [[nodiscard]] std::int64_t not_before() const override { return unix_seconds(chain_->valid_from); }
  [[nodiscard]] std::int64_t not_after() const override { return unix_seconds(chain_->valid_to); }
  [[nodiscard]] bool has_signed(const claim::Message& message) override {
    EcdsaVerifier verifier(*mbedtls_pk_ec(chain_->pk));
    return claim::verify_message(hasher(), verifier, message);
  }
  std::unique_ptr<claim::Signer> new_signer() override {
    return std::make_unique<EcdsaSigner>(*mbedtls_pk_ec(*key_.get()), thumbprint_);
  }

 private:
  PrivateKey key_;
  Certificates chain_;
  std::string device_id_;
  Digest thumbprint_{};
};

}  // namespace

Result<std::unique_ptr<DeviceIdentity>> DeviceIdentity::load(const std::filesystem::path& key,
                                                             const std::filesystem::path& certificate) {
  auto identity = std::make_unique<LoadedIdentity>();
  if (Status loaded = identity->load_files(key, certificate); !loaded) return Failure{loaded.error()};
  return std::unique_ptr<DeviceIdentity>(std::move(identity));
}

}  // namespace greentill::identity
