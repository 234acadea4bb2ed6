// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/printed.hpp"

#include <doctest/doctest.h>

#include "daemon/credential/base45.hpp"
#include "daemon/credential/secured.hpp"
#include "daemon/credential/zipped.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credential/programme.hpp"

namespace greentill::credential::printed_test {

TEST_CASE("printed: base45 is RFC 9285's") {
  CHECK(to_base45(as_bytes("AB")) == "BB8");
  CHECK(to_base45(as_bytes("Hello!!")) == "%69 VD92EX0");
  CHECK(to_base45(as_bytes("base-45")) == "UJCLQE7W581");
  CHECK(from_base45("QED8WEX0") == "ietf!");
  CHECK(from_base45("") == "");
  for (const char* text : {"A", "ABCD", "::", ":::", "GGW", "a00"}) CHECK_FALSE(from_base45(text).has_value());
}

TEST_CASE("printed: a small certificate is carried whole, and verifies by the paper alone") {
  const test::Certifier certifier;
  const std::string message = certifier.issue();
  const auto text = printed_text("EX-2026-000123", as_bytes(message));
  REQUIRE(text.ok());
  CHECK(text->starts_with("GTC1:"));
  CHECK(text->size() <= kMostPrinted);
  const auto printed = read_printed(" " + *text + "\n");
  REQUIRE_MESSAGE(printed.ok(), printed.error().message);
  REQUIRE(printed->message);
  const Verdict verdict = check_certificate({*printed->message, nullptr, {}}, *certifier.anchors, test::kIssued);
  CHECK(verdict.holds());
  CHECK(verdict.certificate == test::two_trees());
}

TEST_CASE("printed: a large certificate is named by its number and the hash of what was signed") {
  const test::Certifier certifier;
  TreeCertificate large = test::two_trees();
  for (std::uint32_t i = 0; i < 60; ++i) {
    large.trees.push_back(large.trees[i % 2]);
    large.trees.back().number.serial = 7919 * (i + 5);
    large.trees.back().site = crypto::hasher().sha256({as_bytes(large.trees.back().number.text())})[0] % 2 == 0
                                  ? "North " + large.trees.back().number.text()
                                  : "South " + large.trees.back().number.text();
  }
  const std::string message = certifier.issue(large);
  const auto text = printed_text(large.number, as_bytes(message));
  REQUIRE(text.ok());
  CHECK(text->starts_with("greentill:certificate?number=EX-2026-000123&sha256="));
  const auto printed = read_printed(*text);
  REQUIRE(printed.ok());
  CHECK_FALSE(printed->message.has_value());
  CHECK(printed->number == large.number);
  CHECK(printed->payload_sha256 == crypto::hasher().sha256({parse_secured(as_bytes(message))->payload}));
}

TEST_CASE("printed: what is no such text is refused, and bombs are") {
  for (const char* text : {"", "GTC1:", "GTC1:a", "GTC2:BB8", "greentill:certificate?number=1",
                           "greentill:certificate?number=1&sha256=00", "https://trees.example/"})
    CHECK_FALSE(read_printed(text).ok());
  const std::string bomb(1u << 20, ' ');
  const auto refused = read_printed("GTC1:" + to_base45(as_bytes(deflated(as_bytes(bomb), Wrapping::zlib))));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message == "it stands for more than 65536 bytes");
}

}  // namespace greentill::credential::printed_test
