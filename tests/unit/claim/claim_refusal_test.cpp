// SPDX-License-Identifier: Apache-2.0
// What is no claim: every field out of its format, keys too many and keys missing, told apart by whether a later version may take
// it.
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "daemon/claim/claim.hpp"
#include "tests/unit/claim/samples.hpp"
#include "tests/unit/claim/tree.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

const std::string kHash = "5820" + std::string(64, '0');

}  // namespace

TEST_CASE("claim: a value outside the format is refused at its byte, with the field named") {
  struct Case {
    Claim (*sample)();
    Path path;
    const char* hex;
    const char* reason;
  };
  std::string text33 = "7821";
  for (int i = 0; i < 33; ++i) text33 += "61";
  const auto reduction = [](std::int64_t key) { return Path{kBody, kEntry, 1, key}; };
  const std::string old = "8201" + kHash;
  const Case cases[] = {
      {sample_gap, {}, "80", "the claims set is not a map"},
      {sample_gap, {1}, "6164", "the issuer is not urn:greentill:device: and 1 to 40 of [a-z0-9-]"},
      {sample_gap,
       {1},
       "75 75726e3a677265656e74696c6c3a6465766963653a",
       "the issuer is not urn:greentill:device: and 1 to 40 of [a-z0-9-]"},
      {sample_gap,
       {1},
       "76 75726e3a677265656e74696c6c3a6465766963653a41",
       "the issuer is not urn:greentill:device: and 1 to 40 of [a-z0-9-]"},
      {sample_gap, {6}, "1b8000000000000000", "the time of issue is not a 64-bit integer"},
      {sample_gap, {6}, "3bffffffffffffffff", "the time of issue is not a 64-bit integer"},
      {sample_gap, {7}, "4f000000000000000000000000000000", "the claim id is not 16 bytes"},
      {sample_gap, {kBody}, "00", "the body is not a map"},
      {sample_gap, {kBody, 1}, "00", "the seq is below 1"},
      {sample_gap, {kBody, 1}, "20", "the seq is not an unsigned integer"},
      {sample_gap, {kBody, 2}, "40", "the hash of the previous payload is not 32 bytes"},
      {sample_gap, {kBody, 3}, "03", "the clock state is not 0, 1 or 2"},
      {sample_gap, {kBody, 4}, "8100", "boot and uptime are not [uint, uint]"},
      {sample_gap, {kBody, 4, 0}, "20", "the boot counter is not an unsigned integer"},
      {sample_gap, {kBody, 4, 1}, "f5", "the uptime is not an unsigned integer"},
      {sample_gap, {kBody, 5}, "816161", "merchant and site are not [text, text]"},
      {sample_gap, {kBody, 5, 0}, text33.c_str(), "the merchant id is not a text of at most 32 bytes"},
      {sample_gap, {kBody, 5, 1}, "4161", "the site id is not a text of at most 32 bytes"},
      {sample_gap, {kBody, kEntry}, "83020000", "the entry is not [kind, map]"},
      {sample_gap, {kBody, kEntry, 0}, "6167", "the kind of entry is not an unsigned integer"},
      {sample_gap, {kBody, kEntry, 1}, "80", "the gap is not a map"},
      {sample_gap, {kBody, kEntry, 1, 2}, "00", "the first seq lost is below 1"},
      {sample_gap, {kBody, kEntry, 1, 3}, "06", "the last seq lost lies before the first"},
      {sample_gap, {kBody, kEntry, 1, 4}, text33.c_str(), "the cause is not a text of at most 32 bytes"},
      {sample_gap, {kBody, 7}, "4100", "the chain id is not 8 bytes"},
      {sample_reduction, reduction(2), "01", "the activity is not a text of at most 32 bytes"},
      {sample_reduction, reduction(3), "a0", "the quantities are not 1 to 8 units with 64-bit integers"},
      {sample_reduction, reduction(3), "a9 613101 613201 613301 613401 613501 613601 613701 613801 613901",
       "the quantities are not 1 to 8 units with 64-bit integers"},
      {sample_reduction,
       {kBody, kEntry, 1, 3, "s"},
       "1bffffffffffffffff",
       "the quantities are not 1 to 8 units with 64-bit integers"},
      {sample_reduction, reduction(4), "82616101", "the methodology is not [a text of at most 32 bytes, version, 32 bytes]"},
      {sample_reduction, reduction(5), "f6", "the estimate is not a 64-bit integer"},
      {sample_reduction, reduction(6), "6130", "the credited amount is not a 64-bit integer"},
      {sample_reduction, {kBody, kEntry, 1, 7, 0}, "03", "the attribution is not [0], [1, 32 bytes] or [2, 32 bytes]"},
      {sample_reduction, {kBody, kEntry, 1, 7, 0}, "00", "the attribution is not [0], [1, 32 bytes] or [2, 32 bytes]"},
      {sample_reduction, reduction(8), kHash.c_str(), "the nullifiers are not 1 or 2"},
      {sample_reduction, reduction(8), "80", "the nullifiers are not 1 or 2"},
      {sample_reduction, {kBody, kEntry, 1, 8, 0}, old.c_str(), "a nullifier is not [key version, root, 32 bytes]"},
      {sample_reduction, {kBody, kEntry, 1, 8, 0, 0}, "00", "the key version of a nullifier is not 1 to 4294967295"},
      {sample_reduction, {kBody, kEntry, 1, 8, 0, 1}, "6134", "the root of a nullifier is not 1 to 4294967295"},
      {sample_reduction, {kBody, kEntry, 1, 8, 0, 2}, "40", "a nullifier is not [key version, root, 32 bytes]"},
      {sample_reduction, {kBody, kEntry, 1, 8, 1, 0}, "01", "the key versions of the nullifiers do not rise"},
      {sample_reduction, {kBody, kEntry, 1, 8, 1, 1}, "05", "the nullifiers are not of one root"},
      {sample_reduction, {kBody, kEntry, 1, 9, 1}, "00", "the plugin is not two texts of at most 32 bytes"},
      {sample_reduction, {kBody, kEntry, 1, 10, 0}, "02", "the evidence is not [0, 1 to 448 bytes] or [1, 32 bytes]"},
      {sample_reduction, {kBody, kEntry, 1, 10, 1}, "4100", "the evidence is not [0, 1 to 448 bytes] or [1, 32 bytes]"},
      {sample_reduction, reduction(11), "40", "the id of the replaced claim is not 16 bytes"},
      {sample_reversal, {kBody, kEntry, 1, 1}, kHash.c_str(), "the nullifiers taken back are not 1 to 4"},
      {sample_reversal, {kBody, kEntry, 1, 1}, "80", "the nullifiers taken back are not 1 to 4"},
      {sample_reversal, {kBody, kEntry, 1, 1, 2, 0}, "02", "the key versions of the nullifiers do not rise"},
      {sample_reversal, {kBody, kEntry, 1, 1, 2, 1}, "03", "the nullifiers are not of one root"},
      {sample_reversal, {kBody, kEntry, 1, 2}, "40", "the id of the claim taken back is not 16 bytes"},
      {sample_reversal, {kBody, kEntry, 1, 3}, "03", "the reason of a reversal is 0, 1 or 2"},
      {sample_reversal, {kBody, kEntry, 1, 4}, "a0", "what is taken back is not 1 to 8 units with amounts from 0"},
      {sample_reversal, {kBody, kEntry, 1, 4, "m.odometer"}, "20", "what is taken back is not 1 to 8 units with amounts from 0"},
      {sample_start, {kBody, kEntry, 1, 1}, "06", "the reason of a start is not 0 to 5"},
      {sample_start, {kBody, kEntry, 1, 2, 0}, "60", "the predecessor is not [device id, 8 bytes, seq, 32 bytes]"},
      {sample_start, {kBody, kEntry, 1, 3}, "40", "the consent is not 1 to 512 bytes"},
      {sample_start, {kBody, kEntry, 1, 4}, "00", "the assignment is not 1 to 4294967295"},
      {sample_start, {kBody, kEntry, 1, 4}, "1b0000000100000000", "the assignment is not 1 to 4294967295"},
  };
  for (const Case& wrong : cases) {
    const Buffer payload = payload_of(wrong.sample());
    const auto result = parse_payload(replaced(payload, wrong.path, wrong.hex));
    CAPTURE(wrong.hex);
    CAPTURE(wrong.reason);
    REQUIRE_FALSE(result.ok());
    CHECK(std::string(result.error().reason) == wrong.reason);
    CHECK(result.error().kind == Fault::Kind::malformed);
    Tree tree = Tree::parse(payload);
    const Tree& item = tree.at(wrong.path);
    CHECK(result.error().offset >= item.offset);
    CHECK(result.error().offset <= item.offset + hex_bytes(wrong.hex).size());
  }
}

TEST_CASE("claim: an end before the begin is refused") {
  const Buffer payload = payload_of(sample_reduction());
  const auto result = parse_payload(replaced(payload, {kBody, kEntry, 1, 1, 1}, "1a6553ed17"));
  REQUIRE_FALSE(result.ok());
  CHECK(std::string(result.error().reason) == "the end lies before the begin");
}

TEST_CASE("claim: an unknown key in any map of known keys means retry later") {
  const Path maps[] = {{}, {kBody}, {kBody, kEntry, 1}};
  for (const Claim& claim : all_samples()) {
    const Buffer payload = payload_of(claim);
    for (const Path& map : maps) {
      for (const char* key : {"00", "18c8", "22", "3a0001ffff", "617a"}) {
        const auto result = parse_payload(with_pair(payload, map, key, "8201a1617801"));
        CAPTURE(key);
        REQUIRE_FALSE(result.ok());
        CHECK(result.error().kind == Fault::Kind::unsupported);
      }
    }
  }
}

TEST_CASE("claim: an unknown entry means retry later, unless the bytes are broken as well") {
  const Buffer payload = payload_of(sample_gap());
  const Buffer newer = replaced(payload, {kBody, kEntry, 0}, "04");
  const auto result = parse_payload(newer);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == Fault::Kind::unsupported);
  for (const char* wrong : {"8204f90000", "8204a2020101ff", "82049fff", "8204c24101", "820461ff", "8204a201000100"}) {
    Buffer broken;
    const std::size_t entry = Tree::parse(payload).at({kBody, kEntry}).offset;
    broken.assign(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(entry));
    const Buffer tail = hex_bytes(wrong);
    broken.insert(broken.end(), tail.begin(), tail.end());
    const Buffer chain = hex_bytes("07484041424344454647");
    broken.insert(broken.end(), chain.begin(), chain.end());
    const auto refused = parse_payload(broken);
    CAPTURE(wrong);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == Fault::Kind::malformed);
  }
}

TEST_CASE("claim: every required key that is missing is refused for ever") {
  struct Map {
    Claim (*sample)();
    Path path;
    std::vector<std::int64_t> keys;
  };
  const Map maps[] = {{sample_gap, {}, {1, 6, 7, kBody}},
                      {sample_gap, {kBody}, {1, 2, 3, 4, 5, 6, 7}},
                      {sample_reduction, {kBody, kEntry, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}},
                      {sample_reversal, {kBody, kEntry, 1}, {1, 3}},
                      {sample_gap, {kBody, kEntry, 1}, {1, 2, 3, 4}},
                      {sample_start, {kBody, kEntry, 1}, {1, 4}}};
  for (const Map& map : maps) {
    for (const std::int64_t key : map.keys) {
      const auto result = parse_payload(without_key(payload_of(map.sample()), map.path, key));
      CAPTURE(key);
      REQUIRE_FALSE(result.ok());
      CHECK(result.error().kind == Fault::Kind::malformed);
    }
  }
}

TEST_CASE("claim: what does not fit the format is not encoded, and the fault names the field") {
  const std::string long_text(33, 'a');
  const Buffer big(513);
  const auto refusal = [](const Claim& claim) {
    Buffer out(4096);
    const auto result = encode_payload(claim, out);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == Fault::Kind::malformed);
    return std::string(result.error().reason);
  };
  Claim claim = sample_gap();
  claim.device = "Dock";
  CHECK(refusal(claim) == "the issuer is not urn:greentill:device: and 1 to 40 of [a-z0-9-]");
  claim = sample_gap();
  claim.seq = 0;
  CHECK(refusal(claim) == "the seq is below 1");
  claim = sample_gap();
  claim.merchant = long_text;
  CHECK(refusal(claim) == "the merchant id is not a text of at most 32 bytes");
  claim.merchant = "\xff";
  CHECK(refusal(claim) == "the merchant id is not a text of at most 32 bytes");
  claim = sample_gap();
  std::get<Gap>(claim.entry).last = 6;
  CHECK(refusal(claim) == "the last seq lost lies before the first");
  claim = sample_reduction();
  std::get<Reduction>(claim.entry).quantities.clear();
  CHECK(refusal(claim) == "the quantities are not 1 to 8 units with 64-bit integers");
  claim = sample_reduction();
  REQUIRE(std::get<Reduction>(claim.entry).quantities.push_back({"s", 1}));
  CHECK(refusal(claim) == "a quantity's unit stands twice");
  claim = sample_reduction();
  std::get<Reduction>(claim.entry).evidence = Evidence{Evidence::Kind::embedded, ByteView(big).first(449)};
  CHECK(refusal(claim) == "the evidence is not [0, 1 to 448 bytes] or [1, 32 bytes]");
  claim = sample_reduction();
  std::get<Reduction>(claim.entry).begin = std::numeric_limits<std::int64_t>::max();
  CHECK(refusal(claim) == "the end lies before the begin");
  claim = sample_reversal();
  std::get<Reversal>(claim.entry).taken_back[0].value = -1;
  CHECK(refusal(claim) == "what is taken back is not 1 to 8 units with amounts from 0");
  claim = sample_reduction();
  Nullifiers& nullifiers = std::get<Reduction>(claim.entry).nullifiers;
  std::swap(nullifiers[0], nullifiers[1]);
  CHECK(refusal(claim) == "the key versions of the nullifiers do not rise");
  std::swap(nullifiers[0], nullifiers[1]);
  nullifiers[1].root = 5;
  CHECK(refusal(claim) == "the nullifiers are not of one root");
  REQUIRE(nullifiers.push_back({3, 4, {}}));
  CHECK(refusal(claim) == "the nullifiers are not 1 or 2");
  nullifiers.clear();
  CHECK(refusal(claim) == "the nullifiers are not 1 or 2");
  claim = sample_reversal();
  std::get<Reversal>(claim.entry).nullifiers.clear();
  CHECK(refusal(claim) == "the nullifiers taken back are not 1 to 4");
  claim = sample_start();
  std::get<Start>(claim.entry).assignment = 0;
  CHECK(refusal(claim) == "the assignment is not 1 to 4294967295");
  std::get<Start>(claim.entry).assignment = 1;
  std::get<Start>(claim.entry).consent = big;
  CHECK(refusal(claim) == "the consent is not 1 to 512 bytes");
}
