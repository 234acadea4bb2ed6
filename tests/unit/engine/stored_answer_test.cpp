// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/stored_answer.hpp"
#include "daemon/crypto/hasher.hpp"

#include "tests/support/test_signer.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {

using test::Device;
using test::ride;

namespace {

struct Fixture {
  Fixture()
      : library(measure::Library::load(std::string(GREENTILL_SOURCE_DIR) + "/config/methodologies", crypto::hasher()).value()),
        maker({}, Measuring(library, {}), signer, clock, random),
        device(folder.path()) {
    REQUIRE(device.submit(ride("1")).get().ok());
    chain = device.reader().chain().value()->head.chain;
  }

  test::TempDir folder;
  SystemClock clock;
  SystemRandom random;
  measure::Library library;
  test::TestSigner signer;
  ClaimMaker maker;
  Device device;
  claim::ChainId chain{};
};

}  // namespace

TEST_CASE("stored answer: a claim that was pruned is left out, and the others are answered") {
  Fixture f;
  const auto answer = answer_from_store(f.device.reader(), {2, 2, f.chain}, f.maker);
  REQUIRE(answer.ok());
  REQUIRE(answer->claims.size() == 1);
  CHECK(answer->claims[0].seq == 2);
  CHECK(answer->claims[0].estimate_mg == 93'771);
}

TEST_CASE("stored answer: a claim of another chain with the same seq is not taken for the transaction's") {
  Fixture f;
  claim::ChainId other = f.chain;
  other[0] ^= 1;
  const auto answer = answer_from_store(f.device.reader(), {2, 1, other}, f.maker);
  REQUIRE(answer.ok());
  CHECK(answer->claims.empty());
}

TEST_CASE("stored answer: what is no reduction is named as damage") {
  Fixture f;
  const auto answer = answer_from_store(f.device.reader(), {1, 1, f.chain}, f.maker);
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == ErrorCode::corrupt);
}

}  // namespace greentill::engine
