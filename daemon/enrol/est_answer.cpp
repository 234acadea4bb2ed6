// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/est_answer.hpp"

#include <algorithm>

#include "daemon/base/moment.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/base64.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::enrol {
namespace {

using crypto::Certificate;
using crypto::CertificateDer;

constexpr char kDerSequence = 0x30;
constexpr std::int64_t kSlackSeconds = 600;  // an authority may date a certificate from now, and count in another way

/// The digits alone, without PEM's lines and blanks.
std::string digits_of(std::string_view body) {
  std::string digits;
  for (const std::string_view line : split(body, '\n')) {
    if (trimmed(line).starts_with("-----")) continue;
    std::copy_if(line.begin(), line.end(), std::back_inserter(digits), [](char c) { return c != ' ' && c != '\t' && c != '\r'; });
  }
  return digits;
}

/// The place of the certificate with that key; nothing where none has it.
std::optional<std::size_t> place_of(const std::vector<CertificateDer>& all, const Digest& key_hash) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto one = Certificate::from_der(all[i]);
    if (one && one->key_hash() == key_hash) return i;
  }
  return std::nullopt;
}

Failure<Error> refuse(const std::string& why) {
  return fail(ErrorCode::denied, "the certificate that the server gave is not taken: " + why);
}

Status check_dates(const Certificate& certificate, std::int64_t server_time) {
  const std::string shows =
      ", and the server's own clock shows " + utc_text(server_time) + ": the operator has to look at the server";
  if (certificate.not_after() < server_time) return refuse("it ended on " + utc_text(certificate.not_after()) + shows);
  if (certificate.not_before() > server_time + kSlackSeconds) {
    return refuse("it begins only on " + utc_text(certificate.not_before()) + shows);
  }
  return Done{};
}

}  // namespace

Result<std::vector<CertificateDer>> read_certificates(std::string_view body) {
  if (body.starts_with(kDerSequence)) return crypto::read_certs_only(as_bytes(body));
  const auto bytes = crypto::from_base64(digits_of(body));
  if (!bytes) return fail(ErrorCode::invalid, "the server's answer is not base64");
  auto all = crypto::read_certs_only(as_bytes(*bytes));
  if (!all) return Failure{all.error().with_context("the server's answer")};
  return all;
}

Result<crypto::RequestTerms> read_attributes(std::string_view body) {
  if (body.starts_with(kDerSequence)) return crypto::read_csr_attributes(as_bytes(body));
  const auto bytes = crypto::from_base64(digits_of(body));
  if (!bytes) return fail(ErrorCode::invalid, "what the server wants in requests (/csrattrs) is not base64");
  if (bytes->empty()) return crypto::RequestTerms{};
  auto terms = crypto::read_csr_attributes(as_bytes(*bytes));
  if (!terms && terms.error().code == ErrorCode::invalid) {
    return Failure{terms.error().with_context("what the server wants in requests (/csrattrs)")};
  }
  return terms;
}

Digest digest_of(const std::vector<CertificateDer>& anchors) {
  std::vector<Digest> thumbprints;
  thumbprints.reserve(anchors.size());
  for (const CertificateDer& one : anchors) thumbprints.push_back(crypto::hasher().sha256({one}));
  return crypto::digest_of_set(std::move(thumbprints), crypto::hasher());
}

Result<Taken> take_certificate(const std::vector<CertificateDer>& answered, const Expected& expected) {
  const auto place = place_of(answered, expected.key_hash);
  if (!place) return refuse("it is for another key than this device's. Was the code used on another device?");
  std::vector<CertificateDer> path{answered[*place]};
  const auto anchors = crypto::ders_of(expected.anchors);
  if (!anchors) return Failure{anchors.error().with_context("the trust anchors")};
  for (std::size_t i = 0; i < answered.size(); ++i) {
    if (i != *place && std::find(anchors->begin(), anchors->end(), answered[i]) == anchors->end()) path.push_back(answered[i]);
  }
  auto pem = crypto::pem_of_all(path);
  if (!pem) return Failure{pem.error()};
  auto leaf = Certificate::leaf_from(*pem);
  if (!leaf) return Failure{leaf.error()};
  if (leaf->common_name() != expected.device) {
    return refuse("it is for the device '" + printable(leaf->common_name()) + "', and this one is '" + expected.device +
                  "'. Does the code belong to that device?");
  }
  const auto authority = crypto::Authority::from_pem(expected.anchors);
  if (!authority) return Failure{authority.error().with_context("the trust anchors")};
  if (const auto defects = authority->defects(*leaf, std::nullopt); !defects.empty()) return refuse(to_words(defects, {}));
  if (!leaf->may_be_client()) return refuse("its extended key usage lacks clientAuth, so that a broker takes it from no client");
  if (expected.server_time) {
    if (Status dated = check_dates(*leaf, *expected.server_time); !dated) return Failure{dated.error()};
  }
  return Taken{std::move(*leaf), std::move(*pem)};
}

}  // namespace greentill::enrol
