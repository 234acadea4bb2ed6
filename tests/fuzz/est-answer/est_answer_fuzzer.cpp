// SPDX-License-Identifier: Apache-2.0
// Any bytes are an EST server's answer, whole or in pieces, or are refused: HTTP, base64, PKCS #7, and whether the certificate in
// it would be taken. However the pieces lie, the same comes of them; what is taken is our key's and device's.
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "daemon/base/system.hpp"
#include "daemon/crypto/key_maker.hpp"
#include "daemon/crypto/succession.hpp"
#include "daemon/enrol/est_answer.hpp"
#include "daemon/enrol/http_answer.hpp"

namespace {

using namespace greentill;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The answer, or nothing where it is refused or not whole.
std::optional<enrol::HttpAnswer> read(std::string_view text, std::size_t piece) {
  enrol::HttpReader reader;
  for (std::size_t i = 0; i < text.size() && !reader.done(); i += piece) {
    if (!reader.take(text.substr(i, piece))) return std::nullopt;
  }
  if (!reader.end()) return std::nullopt;
  return reader.answer();
}

void judge(const std::vector<crypto::CertificateDer>& all) {
  require(!all.empty() && all.size() <= crypto::kMostCertificates);
  auto reversed = all;
  std::reverse(reversed.begin(), reversed.end());
  require(enrol::digest_of(all) == enrol::digest_of(reversed));
  // Whoever is offered what it has keeps it, but for links, or has no root.
  if (const auto same = crypto::succeeding_anchors(all, all, std::nullopt)) {
    require(!same->empty() && same->size() <= all.size());
    for (const auto& one : *same) require(std::find(all.begin(), all.end(), one) != all.end());
  }
  const auto pem = crypto::pem_of_all(all);
  if (!pem) return;
  const auto leaf = crypto::Certificate::from_der(all.front());
  enrol::Expected expected{"till-1", leaf ? leaf->key_hash() : Digest{}, *pem, leaf ? leaf->not_before() : 0};
  const auto taken = enrol::take_certificate(all, expected);
  if (!taken) return;
  require(taken->certificate.key_hash() == expected.key_hash && taken->certificate.common_name() == expected.device);
  require(crypto::Certificate::leaf_from(taken->pem)->thumbprint() == taken->certificate.thumbprint());
}

const crypto::Secret& device_key() {
  static SystemRandom random;
  static const auto key = crypto::make_device_key(random);
  require(key.ok());
  return *key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const auto whole = read(text, std::max<std::size_t>(size, 1));
  const auto pieces = read(text, 7);
  require(whole.has_value() == pieces.has_value());
  if (whole) {
    require(whole->status == pieces->status && whole->body == pieces->body && whole->date == pieces->date);
    require(whole->body.size() <= enrol::HttpReader::kMostBodyBytes && whole->status >= 200 && whole->status <= 999);
    require(!whole->retry_after_s || *whole->retry_after_s >= 0);
  }
  const auto all = enrol::read_certificates(whole ? std::string_view(whole->body) : text);
  if (all) judge(*all);
  const auto terms = enrol::read_attributes(whole ? std::string_view(whole->body) : text);
  // What was asked for can be asked for.
  if (terms) require(crypto::make_request(device_key().text(), "till-1", *terms).ok());
  return 0;
}
