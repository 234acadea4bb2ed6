// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

std::string undo(const Fixture& fixture, const std::string& seq) {
  const std::string token = "Authorization: Bearer " + kToken + "\r\n";
  return exchange(fixture.port(), fixture.request("POST", "/v1/claims/" + seq + "/undo", token));
}

}  // namespace

TEST_CASE("undo: a claim is taken back once") {
  const Fixture fixture;
  REQUIRE(status_of(fixture.post(ride("a"))) == 201);
  CHECK(status_of(undo(fixture, "2")) == 201);
  CHECK(status_of(undo(fixture, "2")) == 200);
}

TEST_CASE("undo: a number that no claim can have is not found") {
  const Fixture fixture;
  for (const std::string seq : {"0", "00", "999", "18446744073709551615"}) {
    CAPTURE(seq);
    const std::string answer = undo(fixture, seq);
    CHECK(status_of(answer) == 404);
    CHECK(problem_of(answer)["type"] == "urn:greentill:problem:not-found");
  }
}
