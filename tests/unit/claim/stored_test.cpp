// SPDX-License-Identifier: Apache-2.0
// What the property reads as is in tests/vectors/claim/stored.json; these are the ways in which it is written.
#include "daemon/claim/stored.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/unit/claim/samples.hpp"

namespace greentill::test::stored_test {
namespace {

using namespace claim;

std::string text_of(const Stored& stored) {
  FixedVector<char, kMaxStoredBytes> buffer;
  return std::string(to_text(stored, buffer));
}

}  // namespace

TEST_CASE("stored: it is written without a leading zero, and a device without a chain says zeros") {
  CHECK(text_of({}) == "0000000000000000 0 0 0");
  CHECK(text_of({counted<8>(0xa1), 1203, 1, 45}) == "a1a2a3a4a5a6a7a8 1203 1 45");
}

TEST_CASE("stored: the longest has room, and any comes back as it was written") {
  Stored longest{{}, ~0ull, ~0ull, ~0ull};
  longest.chain.fill(0xff);
  CHECK(text_of(longest).size() == kMaxStoredBytes);
  std::mt19937_64 random(7);
  for (int i = 0; i < 1000; ++i) {
    const Stored stored{counted<8>(static_cast<std::uint8_t>(random())), random() >> random() % 64, random() >> random() % 64,
                        random() >> random() % 64};
    const auto back = parse_stored(text_of(stored));
    REQUIRE(back.has_value());
    CHECK(back->chain == stored.chain);
    CHECK(back->head == stored.head);
    CHECK(back->epoch == stored.epoch);
    CHECK(back->change == stored.change);
  }
}

TEST_CASE("stored: no text but its own form is read") {
  const std::string good = text_of({counted<8>(0x01), 1203, 1, 45});
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string changed = good;
      changed[at] = static_cast<char>(byte);
      if (const auto read = parse_stored(changed)) CHECK(text_of(*read) == changed);
    }
    CHECK_FALSE(parse_stored(good.substr(0, at) + " " + good.substr(at)).has_value());
  }
}

}  // namespace greentill::test::stored_test
