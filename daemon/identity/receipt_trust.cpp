// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/identity/certificate.hpp"
#include "daemon/identity/ecdsa_verifier.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::identity {
namespace {

/// kReceiptSigningUsage as DER writes it; mbedTLS 2.28 cannot make it of the dotted text, whose last arc has 128 bits.
constexpr Bytes<20> kReceiptSigningOid = {0x69, 0x82, 0xb8, 0xe0, 0xd3, 0xfd, 0xc7, 0xd5, 0xea, 0xc7,
                                          0xd8, 0xf8, 0x89, 0xf3, 0xfb, 0x82, 0x93, 0xee, 0xee, 0x09};

// mbedtls_x509_crt_check_extended_key_usage is not enough: it accepts a certificate without the extension.
bool may_sign_receipts(const mbedtls_x509_crt& certificate) {
  for (const mbedtls_x509_sequence* usage = &certificate.ext_key_usage; usage != nullptr; usage = usage->next) {
    if (std::ranges::equal(ByteView(usage->buf.p, usage->buf.len), kReceiptSigningOid)) {
      return mbedtls_x509_crt_check_key_usage(&certificate, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0;
    }
  }
  return false;
}

class LoadedTrust final : public ReceiptTrust {
 public:
  Status load_files(const std::filesystem::path& authorities, const std::filesystem::path& certificates) {
    Certificates trusted;
    if (Status loaded = load_certificates(authorities, trusted); !loaded) return loaded;
    if (Status loaded = load_certificates(certificates, signers_); !loaded) return loaded;
    for (mbedtls_x509_crt* certificate = signers_.get(); certificate != nullptr; certificate = certificate->next) {
      if (Status accepted = accept(*certificate, *trusted.get()); !accepted) {
        return Failure{accepted.error().with_context(certificates.string())};
      }
    }
    return Done{};
  }

  Status verify(const claim::Message& message) override {
    for (mbedtls_x509_crt* certificate = signers_.get(); certificate != nullptr; certificate = certificate->next) {
      if (thumbprint_of(*certificate) != message.thumbprint) continue;
      EcdsaVerifier verifier(*mbedtls_pk_ec(certificate->pk));
      if (claim::verify_message(hasher(), verifier, message)) return Done{};
      return fail(ErrorCode::denied, "the signature is not that of the certificate it names, " + to_hex(message.thumbprint));
    }
    return fail(ErrorCode::denied, "signed under the certificate " + to_hex(message.thumbprint) + ", which is not trusted here");
  }

 private:
  static Status accept(mbedtls_x509_crt& certificate, mbedtls_x509_crt& trusted) {
    const std::string name = "the certificate '" + common_name_of(certificate) + "' ";
    if (!is_p256(certificate.pk)) return fail(ErrorCode::denied, name + "has no key of the curve P-256");
    if (!may_sign_receipts(certificate)) {
      return fail(ErrorCode::denied,
                  name + "may not sign receipts; it needs the extended key usage " + std::string(kReceiptSigningUsage));
    }
    std::uint32_t flags = 0;
    mbedtls_x509_crt_verify(&certificate, &trusted, nullptr, nullptr, &flags, nullptr, nullptr);
    // A device may come up with a clock that was never set, and receipts must still be taken.
    flags &= ~static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    if (flags != 0) return fail(ErrorCode::denied, name + "does not chain to an authority that is trusted here");
    return Done{};
  }

  Certificates signers_;
};

}  // namespace

Result<std::unique_ptr<ReceiptTrust>> ReceiptTrust::load(const std::filesystem::path& authorities,
                                                         const std::filesystem::path& certificates) {
  auto trust = std::make_unique<LoadedTrust>();
  if (Status loaded = trust->load_files(authorities, certificates); !loaded) return Failure{loaded.error()};
  return std::unique_ptr<ReceiptTrust>(std::move(trust));
}

}  // namespace greentill::identity
