// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/sealed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"

namespace greentill::crypto {
namespace {

/// Gives the bytes 1, 2, 3, …: what is drawn of it can be computed elsewhere.
class Counting final : public Random {
 public:
  void fill(MutableBytes out) override {
    for (std::uint8_t& byte : out) byte = ++last_;
  }

 private:
  std::uint8_t last_ = 0;
};

WrappingKey key_of(std::uint8_t byte) {
  const std::vector<std::uint8_t> bytes(WrappingKey::kBytes, byte);
  auto key = WrappingKey::from(bytes);
  REQUIRE(key.ok());
  return std::move(*key);
}

}  // namespace

TEST_CASE("sealed: what is sealed under a key and a name opens under both again, and differs each time") {
  SystemRandom random;
  const WrappingKey key = key_of(7);
  for (const std::string& secret : {std::string(), std::string("a"), std::string(16'384, 'x')}) {
    const auto sealed = key.seal("settings", as_bytes(secret), random);
    REQUIRE(sealed.ok());
    CHECK(is_sealed(*sealed));
    const auto opened = key.open("settings", *sealed);
    REQUIRE(opened.ok());
    CHECK(opened->text() == secret);
    CHECK(*key.seal("settings", as_bytes(secret), random) != *sealed);
  }
  CHECK_FALSE(key.seal("settings", std::vector<std::uint8_t>(16'385), random).ok());
  CHECK_FALSE(key.seal("", as_bytes("a"), random).ok());
}

// Computed with python3-cryptography: AESGCM(key).encrypt(nonce, secret, head), and HMAC-SHA-256 for the id.
TEST_CASE("sealed: the bytes are those of docs/identity.md") {
  Counting random;
  const auto sealed = key_of(7).seal("device.key", as_bytes("secret"), random);
  REQUIRE(sealed.ok());
  CHECK(to_hex(*sealed) ==
        "47545345414c0193a02bab26b030520a6465766963652e6b65790102030405060708090a0b0cc8198bec0f9ec5909a3a"
        "d511d00801804674f392b24f");
}

TEST_CASE("sealed: another key, another name, another version and damage are told apart") {
  SystemRandom random;
  const WrappingKey key = key_of(7);
  const auto sealed = key.seal("device.key", as_bytes("secret"), random);
  REQUIRE(sealed.ok());
  const auto other = key_of(8).open("device.key", *sealed);
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().code == ErrorCode::denied);
  CHECK(other.error().message.find("the id " + key.id()) != std::string::npos);
  CHECK(other.error().message.find("the id " + key_of(8).id()) != std::string::npos);
  CHECK(key.open("settings", *sealed).error().code == ErrorCode::corrupt);
  auto newer = *sealed;
  newer[6] = 2;
  CHECK(key.open("device.key", newer).error().code == ErrorCode::unsupported);
  CHECK(key.open("device.key", as_bytes("-----BEGIN")).error().code == ErrorCode::invalid);
}

TEST_CASE("sealed: no byte may be changed or missing") {
  SystemRandom random;
  const WrappingKey key = key_of(7);
  const auto sealed = key.seal("device.key", as_bytes("secret"), random);
  REQUIRE(sealed.ok());
  for (std::size_t i = 0; i < sealed->size(); ++i) {
    auto changed = *sealed;
    changed[i] ^= 1;
    CHECK_FALSE(key.open("device.key", changed).ok());
    CHECK_FALSE(key.open("device.key", ByteView(*sealed).first(i)).ok());
  }
}

TEST_CASE("sealed: a wrapping key is 32 bytes, or their digits") {
  const std::string digits(64, '7');
  for (const std::string& written : {digits, digits + "\n", digits + "\r\n"}) CHECK(WrappingKey::from(as_bytes(written)).ok());
  CHECK(WrappingKey::from(as_bytes(digits))->id() == key_of(0x77).id());
  for (const std::string& wrong : {std::string(), std::string(31, 'x'), std::string(33, 'x'), std::string(64, 'x')}) {
    CHECK_FALSE(WrappingKey::from(as_bytes(wrong)).ok());
  }
}

}  // namespace greentill::crypto
