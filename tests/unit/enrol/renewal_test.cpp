// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/renewal.hpp"

#include <doctest/doctest.h>

#include <set>

#include "tests/support/test_authority.hpp"

namespace greentill::enrol {

TEST_CASE("renewal: is due in the last third of the life, at another time for each certificate and always the same for one") {
  const test::TestAuthority authority("root");
  std::set<std::int64_t> begins;
  for (int i = 0; i < 8; ++i) {
    const auto certificate = crypto::Certificate::leaf_from(authority.issue("till-1").certificate);
    REQUIRE(certificate.ok());
    const std::int64_t life = certificate->not_after() - certificate->not_before();
    const std::int64_t due = renewal_due(*certificate);
    CHECK(due >= certificate->not_after() - life / 3);
    CHECK(due <= certificate->not_after() - life / 4);
    CHECK(renewal_due(*certificate) == due);
    begins.insert(due - certificate->not_before());
  }
  CHECK(begins.size() > 4);
}

}  // namespace greentill::enrol
