// SPDX-License-Identifier: Apache-2.0
// Certificate requests as strangers send them. What is taken leads to a certificate for that key, which says nothing that the
// request does.
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/est/new_root.hpp"

namespace {

using namespace greentill;

constexpr std::int64_t kNow = 1'796'000'000;

void require(bool holds) {
  if (!holds) std::abort();
}

const crypto::Issuer& issuer() {
  static const crypto::Issuer one = fuzz::new_root(kNow);
  return one;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = crypto::CertificateRequest::from_file(as_text({data, size}));
  if (!request) {
    require(!request.error().message.empty() && request.error().code == ErrorCode::invalid);
    return 0;
  }
  const auto certificate = issuer().issue(*request, {"dock-7", {}, "urn:x", {crypto::kClientUsage}, kNow, kNow + 100});
  require(certificate.ok());
  require(certificate->key_hash() == request->key_hash() && certificate->common_name() == "dock-7");
  require(!certificate->may_issue() && issuer().issued(*certificate));
  return 0;
}
