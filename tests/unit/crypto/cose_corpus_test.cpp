// SPDX-License-Identifier: Apache-2.0
// The COSE working group's Sign1 examples. None of them is a message of ours, so the reader refuses each by the rule it breaks
// first; their signatures, over a Sig_structure built here as RFC 9052 has it, try the verifier. docs/claim-format.md, "Other
// implementations' cases".
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/base/hex.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "tests/support/corpora.hpp"

namespace greentill {
namespace {

using Json = nlohmann::json;
using Buffer = std::vector<std::uint8_t>;

struct Expected {
  const char* reason;  ///< why the reader refuses it
  bool verifies;       ///< whether its ES256 signature is good all the same
};

constexpr const char* kNoTag = "not a COSE_Sign1: tag 18 is missing";
constexpr const char* kNotEs256 = "the algorithm is not ES256";
constexpr const char* kMissingKey = "a key that must stand before this byte is missing";
constexpr const char* kUnknownKey = "this key is not known to this version";

const std::map<std::string, Expected> kExpected{
    {"sign-pass-01", {kMissingKey, true}},  // alg in the unprotected header alone
    {"sign-pass-02", {kMissingKey, true}},  // external data, which no message of ours has
    {"sign-pass-03", {kNoTag, true}},
    {"sign-fail-01", {kNoTag, true}},  // tag 998
    {"sign-fail-02", {kMissingKey, false}},
    {"sign-fail-03", {kNotEs256, false}},
    {"sign-fail-04", {"the algorithm is not an integer", false}},
    {"sign-fail-06", {kUnknownKey, false}},
    {"sign-fail-07", {kMissingKey, false}},
    {"ecdsa-sig-01", {kUnknownKey, true}},
    {"ecdsa-sig-02", {kNotEs256, false}},  // ES384
    {"ecdsa-sig-03", {kNotEs256, false}},  // ES512
    {"ecdsa-sig-04", {kNotEs256, false}},  // ES512 on P-256
};

Buffer from_base64url(const std::string& text) {
  static const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  Buffer bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    REQUIRE(value != std::string::npos);
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) bytes.push_back(static_cast<std::uint8_t>(bits >> (held -= 8)));
  }
  return bytes;
}

struct Sign1 {
  ByteView header;
  ByteView payload;
  ByteView signature;
};

Sign1 read_sign1(ByteView bytes) {
  claim::CborReader reader(bytes);
  if (bytes[0] != 0x84) reader.tag("");
  REQUIRE(reader.array("") == 4);
  Sign1 message;
  message.header = reader.bytes("");
  reader.item();
  message.payload = reader.bytes("");
  message.signature = reader.bytes("");
  REQUIRE(reader.at_end());
  // RFC 9052, 3: an empty protected map is signed as an empty string, even where it is sent as h'a0'.
  if (message.header.size() == 1 && message.header[0] == 0xa0) message.header = {};
  return message;
}

Buffer sig_structure(const Sign1& message, ByteView external) {
  Buffer out(message.header.size() + message.payload.size() + external.size() + 64);
  claim::CborWriter writer(out);
  writer.array(4);
  writer.text("Signature1");
  writer.bytes(message.header);
  writer.bytes(external);
  writer.bytes(message.payload);
  REQUIRE(writer.ok());
  out.resize(writer.size());
  return out;
}

bool verifies(const Json& input, const Sign1& message) {
  const Json& key = input.at("key");
  if (key.at("crv") != "P-256" || message.signature.size() != 64) return false;
  Buffer point{0x04};
  for (const char* coordinate : {"x", "y"}) {
    const Buffer bytes = from_base64url(key.at(coordinate));
    point.insert(point.end(), bytes.begin(), bytes.end());
  }
  auto verifier = crypto::verifier_from_point(point);
  REQUIRE(verifier);
  const auto external = from_hex(input.value("external", ""));
  REQUIRE(external.has_value());
  claim::Signature raw{};
  std::copy(message.signature.begin(), message.signature.end(), raw.begin());
  return (*verifier)->verify(crypto::Hasher().sha256({sig_structure(message, *external)}), raw);
}

void run_example(const std::filesystem::path& path) {
  CAPTURE(path.string());
  const auto expected = kExpected.find(path.stem().string());
  REQUIRE(expected != kExpected.end());
  std::ifstream in(path);
  const Json example = Json::parse(in);
  const auto bytes = from_hex(example.at("output").at("cbor").get<std::string>());
  REQUIRE(bytes.has_value());
  const auto read = claim::parse_message(*bytes, claim::MessageType::receipt);
  REQUIRE_FALSE(read.ok());
  CHECK(std::string(read.error().reason) == expected->second.reason);
  CHECK_FALSE(claim::parse_message(*bytes, claim::MessageType::claim).ok());
  CHECK(verifies(example.at("input").at("sign0"), read_sign1(*bytes)) == expected->second.verifies);
}

}  // namespace

TEST_CASE("crypto: the COSE working group's Sign1 examples are refused as messages, their signatures told right") {
  for (const char* name : {"cose/sign1-tests", "cose/ecdsa-examples"}) {
    const auto folder = test::corpus(name);
    if (!folder) continue;
    unsigned examples = 0;
    for (const auto& file : std::filesystem::directory_iterator(*folder)) {
      run_example(file.path());
      ++examples;
    }
    CHECK(examples > 0);
  }
}

}  // namespace greentill
