// SPDX-License-Identifier: Apache-2.0
// A programme that certifies trees: its authorities, who signs, and a certificate of two trees.
#pragma once

#include <optional>
#include <string>

#include "daemon/base/calendar.hpp"
#include "daemon/credential/check.hpp"
#include "daemon/crypto/issuer.hpp"
#include "tests/support/test_request.hpp"
#include "tools/credit-service/certificate/issuing.hpp"

namespace greentill::test {

inline constexpr std::int64_t kIssued = 1796040000;  // 2026-11-30 12:00:00 UTC

inline credential::Programme example_programme() { return {"https://trees.example/", "Example programme"}; }

inline credential::TreeCertificate two_trees() {
  credential::Tree oak;
  oak.number = {"example", "quercus-robur", "harbour", 2026, 17};
  oak.scientific_name = "Quercus robur";
  oak.local_name = "metsätammi";
  oak.site = "Harbour wood";
  oak.region = "Uusimaa, Finland";
  oak.latitude_e2 = 6017;
  oak.longitude_e2 = 2494;
  oak.planted_day = 20575;    // 2026-05-02
  oak.inspected_day = 20700;  // 2026-09-04
  oak.inspector = "inspector-4";
  oak.credit_mg = 17'900'000;
  credential::Tree saxaul = oak;
  saxaul.number = {"example", "haloxylon-ammodendron", "alxa", 2026, 1203};
  saxaul.scientific_name = "Haloxylon ammodendron";
  saxaul.local_name = "梭梭";
  saxaul.site = "阿拉善左旗";
  saxaul.region = "内蒙古";
  saxaul.latitude_e2 = 3884;
  saxaul.longitude_e2 = 10567;
  credential::TreeCertificate certificate;
  certificate.number = "EX-2026-000123";
  certificate.programme = example_programme();
  certificate.holder = "A walker by the harbour";
  certificate.issued_at = kIssued;
  certificate.trees = {oak, saxaul};
  certificate.duty = credential::Duty{"voluntary tree-planting duty", 2026, 2, 3, 5};
  certificate.status = {1, 94567};
  return certificate;
}

/// Authorities and a signer, valid from a day before to a year after kIssued.
struct Certifier {
  explicit Certifier(std::string_view usage = crypto::kTreeSigningUsage) {
    const auto root = crypto::Issuer::make_root("Programme", 1, kIssued - kSecondsADay, kIssued + 9000 * kSecondsADay).value();
    const auto top = crypto::Issuer::from(root.key.text(), root.certificate).value();
    const auto below = top.make_authority("Programme, signers", kIssued - kSecondsADay, kIssued + 9000 * kSecondsADay).value();
    const auto issuer = crypto::Issuer::from(below.key.text(), below.certificate).value();
    made = make_request();
    certificate = issuer
                      .issue(crypto::CertificateRequest::from_file(made.request).value(),
                             {"trees", {}, "", {usage}, kIssued - kSecondsADay, kIssued + 365 * kSecondsADay})
                      .value()
                      .path_to_pem();
    anchors_pem = root.certificate.to_pem() + below.certificate.to_pem();
    anchors = crypto::Authority::from_pem(anchors_pem).value();
  }
  [[nodiscard]] std::unique_ptr<credit::CertificateSigner> signer() const {
    return credit::CertificateSigner::make(certificate, made.key).value();
  }
  [[nodiscard]] std::string issue(const credential::TreeCertificate& what = two_trees()) const {
    return signer()->issue(what).value();
  }

  TestRequest made;
  std::string certificate;
  std::string anchors_pem;
  std::optional<crypto::Authority> anchors;
};

}  // namespace greentill::test
