// SPDX-License-Identifier: Apache-2.0
// What a server asks a certificate request for.
#include "daemon/crypto/csr_attributes.hpp"

#include <doctest/doctest.h>

#include "daemon/crypto/base64.hpp"

namespace greentill::crypto::csr_attributes_test {
namespace {

Result<RequestTerms> read(const std::string& digits) {
  const auto bytes = from_base64(digits);
  REQUIRE(bytes.has_value());
  return read_csr_attributes(as_bytes(*bytes));
}

}  // namespace

TEST_CASE("csr attributes: nothing asked for, what our service asks for, and what is not known here") {
  CHECK(read("MAA=")->hash == RequestTerms::Hash::sha256);
  const auto ours = read("MCEwFQYHKoZIzj0CATEKBggqhkjOPQMBBwYIKoZIzj0EAwI=");
  REQUIRE_MESSAGE(ours.ok(), ours.error().message);
  CHECK(ours->extensions.empty());
  CHECK(read("MAYGBCoDBAU=").ok());  // an OID of nobody's
}

TEST_CASE("csr attributes: the example of RFC 7030, 4.5.2, asks for what TLS 1.3 cannot do") {
  const auto example = read("MEEGCSqGSIb3DQEJBzASBgcqhkjOPQIBMQcGBSuBBAAiMBYGCSqGSIb3DQEJDjEJBgcrBgEBAQEWBggqhkjOPQQDAw==");
  REQUIRE_FALSE(example.ok());
  CHECK(example.error().code == ErrorCode::denied);
  CHECK(example.error().message.find("challengePassword") != std::string::npos);
}

TEST_CASE("csr attributes: what is cut off, longer, or something else is refused, at every byte") {
  const auto whole = from_base64("MCEwFQYHKoZIzj0CATEKBggqhkjOPQMBBwYIKoZIzj0EAwI=").value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(read_csr_attributes(as_bytes(whole).first(size)).error().code == ErrorCode::invalid);
  }
  CHECK(read_csr_attributes(as_bytes(whole + "x")).error().code == ErrorCode::invalid);
  CHECK(read("MAMCAQE=").error().code == ErrorCode::invalid);
  CHECK(read_csr_attributes(std::vector<std::uint8_t>(9'000, 0x30)).error().code == ErrorCode::invalid);
}

}  // namespace greentill::crypto::csr_attributes_test
