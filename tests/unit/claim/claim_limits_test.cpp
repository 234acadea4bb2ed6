// SPDX-License-Identifier: Apache-2.0
// Each size limit of the format from both sides: what just fits is written and read back, one more is neither written nor read.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

#include "daemon/base/hex.hpp"
#include "daemon/claim/message.hpp"
#include "tests/unit/claim/samples.hpp"
#include "tests/unit/claim/tree.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

// A limit counts bytes, not characters.
const std::string kText30 = "abcdefghijklmnopqrstuvwxyzabcd";
const std::string kText32 = kText30 + "\xc3\xa9";
const std::string kText33 = kText30 + "\xe2\x82\xac";

std::string text_hex(const std::string& text) {
  Buffer buffer(text.size() + 9);
  CborWriter writer(buffer);
  writer.text(text);
  return to_hex(writer.written());
}

std::string bytes_hex(std::size_t size) {
  Buffer buffer(size + 9);
  CborWriter writer(buffer);
  writer.bytes(Buffer(size, 0x5a));
  return to_hex(writer.written());
}

bool is_written(const Claim& claim) {
  Buffer out(4096);
  const auto size = encode_payload(claim, out);
  if (!size) CHECK(size.error().kind == Fault::Kind::malformed);
  return size.ok();
}

/// Whether the reader takes the sample's payload with the item at `path` replaced. What it takes must encode to the same bytes.
bool is_read(const Claim& sample, const Path& path, const std::string& hex) {
  const Buffer payload = replaced(payload_of(sample), path, hex);
  const auto claim = parse_payload(payload);
  if (claim) CHECK(payload_of(*claim) == payload);
  if (!claim) CHECK(claim.error().kind == Fault::Kind::malformed);
  return claim.ok();
}

struct TextField {
  const char* name;
  Claim (*sample)();
  Path path;
  void (*set)(Claim&, std::string_view);
};

Reduction& reduction_of(Claim& claim) { return std::get<Reduction>(claim.entry); }

const TextField kTextFields[] = {
    {"merchant", sample_gap, {kBody, 5, 0}, [](Claim& c, std::string_view t) { c.merchant = t; }},
    {"site", sample_gap, {kBody, 5, 1}, [](Claim& c, std::string_view t) { c.site = t; }},
    {"cause", sample_gap, {kBody, kEntry, 1, 4}, [](Claim& c, std::string_view t) { std::get<Gap>(c.entry).cause = t; }},
    {"activity", sample_reduction, {kBody, kEntry, 1, 2}, [](Claim& c, std::string_view t) { reduction_of(c).activity = t; }},
    {"methodology",
     sample_reduction,
     {kBody, kEntry, 1, 4, 0},
     [](Claim& c, std::string_view t) { reduction_of(c).methodology.id = t; }},
    {"plugin name",
     sample_reduction,
     {kBody, kEntry, 1, 9, 0},
     [](Claim& c, std::string_view t) { reduction_of(c).plugin_name = t; }},
    {"plugin version",
     sample_reduction,
     {kBody, kEntry, 1, 9, 1},
     [](Claim& c, std::string_view t) { reduction_of(c).plugin_version = t; }},
};

std::string quantities_hex(unsigned count) {
  std::string hex = to_hex(Buffer{static_cast<std::uint8_t>(0xa0 + count)});
  for (unsigned i = 0; i < count; ++i) hex += to_hex(Buffer{0x61, static_cast<std::uint8_t>('a' + i), 0x01});
  return hex;
}

std::string nullifiers_hex(unsigned count) {
  std::string hex = to_hex(Buffer{static_cast<std::uint8_t>(0x80 + count)});
  for (unsigned version = 1; version <= count; ++version) {
    hex += "83" + to_hex(Buffer{static_cast<std::uint8_t>(version)}) + "04" + bytes_hex(32);
  }
  return hex;
}

/// Everything optional there and every field at its limit.
Claim largest_reduction() {
  static const std::string units[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
  static const std::string device(kMaxDeviceIdBytes, 'd');
  static std::string long_units[kMaxQuantities];
  Claim claim = sample_reduction();
  claim.device = device;
  claim.issued_at = std::numeric_limits<std::int64_t>::max();
  claim.seq = ~0ull;
  claim.boot = ~0ull;
  claim.uptime_s = ~0ull;
  claim.merchant = claim.site = kText32;
  Reduction& reduction = reduction_of(claim);
  reduction.activity = reduction.methodology.id = reduction.plugin_name = reduction.plugin_version = kText32;
  reduction.quantities.clear();
  for (std::size_t i = 0; i < kMaxQuantities; ++i) {
    long_units[i] = units[i] + kText32.substr(1);
    REQUIRE(reduction.quantities.push_back({long_units[i], std::numeric_limits<std::int64_t>::min()}));
  }
  return claim;
}

}  // namespace

TEST_CASE("limits: every text holds 32 bytes and no more, written or read") {
  for (const TextField& field : kTextFields) {
    CAPTURE(field.name);
    Claim claim = field.sample();
    for (const auto& [text, fits] : {std::pair{std::string(), true}, {kText32, true}, {kText33, false}}) {
      field.set(claim, text);
      CHECK(is_written(claim) == fits);
      CHECK(is_read(field.sample(), field.path, text_hex(text)) == fits);
    }
  }
}

TEST_CASE("limits: a quantity's unit holds 32 bytes and no more, written or read") {
  Claim claim = sample_reduction();
  Quantities& quantities = reduction_of(claim).quantities;
  for (const auto& [unit, fits] : {std::pair{kText32, true}, {kText33, false}}) {
    quantities.clear();
    REQUIRE(quantities.push_back({unit, 1}));
    CHECK(is_written(claim) == fits);
    CHECK(is_read(sample_reduction(), {kBody, kEntry, 1, 3}, "a1" + text_hex(unit) + "01") == fits);
  }
}

TEST_CASE("limits: 1 to 8 quantities, of a reduction and of a reversal") {
  for (const auto& [count, fits] : {std::pair{0u, false}, {1u, true}, {8u, true}, {9u, false}}) {
    CAPTURE(count);
    CHECK(is_read(sample_reduction(), {kBody, kEntry, 1, 3}, quantities_hex(count)) == fits);
    CHECK(is_read(sample_reversal(), {kBody, kEntry, 1, 4}, quantities_hex(count)) == fits);
  }
}

TEST_CASE("limits: embedded evidence is 1 to 448 bytes, a hash of it 32") {
  Claim claim = sample_reduction();
  for (const auto& [size, embedded, hashed] : {std::tuple{0u, false, false},
                                               {1u, true, false},
                                               {31u, true, false},
                                               {32u, true, true},
                                               {33u, true, false},
                                               {448u, true, false},
                                               {449u, false, false}}) {
    CAPTURE(size);
    const Buffer content(size, 0x5a);
    const Path path{kBody, kEntry, 1, 10};
    reduction_of(claim).evidence = Evidence{Evidence::Kind::embedded, content};
    CHECK(is_written(claim) == embedded);
    CHECK(is_read(sample_reduction(), path, "8200" + bytes_hex(size)) == embedded);
    reduction_of(claim).evidence = Evidence{Evidence::Kind::hashed, content};
    CHECK(is_written(claim) == hashed);
    CHECK(is_read(sample_reduction(), path, "8201" + bytes_hex(size)) == hashed);
  }
}

TEST_CASE("limits: the operator's consent is 1 to 512 bytes") {
  Claim claim = sample_start();
  for (const auto& [size, fits] : {std::pair{1u, true}, {512u, true}, {513u, false}}) {
    const Buffer consent(size, 0x5a);
    std::get<Start>(claim.entry).consent = consent;
    CHECK(is_written(claim) == fits);
    CHECK(is_read(sample_start(), {kBody, kEntry, 1, 3}, bytes_hex(size)) == fits);
  }
  CHECK_FALSE(is_read(sample_start(), {kBody, kEntry, 1, 3}, "40"));
}

TEST_CASE("limits: an act has 1 or 2 nullifiers, a reversal 1 to 4, written or read") {
  Claim reduction = sample_reduction();
  Claim reversal = sample_reversal();
  for (const auto& [count, of_act, of_reversal] : {std::tuple{0u, false, false},
                                                   {1u, true, true},
                                                   {2u, true, true},
                                                   {3u, false, true},
                                                   {4u, false, true},
                                                   {5u, false, false}}) {
    CAPTURE(count);
    const std::string hex = nullifiers_hex(count);
    CHECK(is_read(sample_reduction(), {kBody, kEntry, 1, 8}, hex) == of_act);
    CHECK(is_read(sample_reversal(), {kBody, kEntry, 1, 1}, hex) == of_reversal);
    if (count > kMaxReversalNullifiers) continue;
    Nullifiers list;
    for (std::uint32_t version = 1; version <= count; ++version) REQUIRE(list.push_back({version, 4, {}}));
    reduction_of(reduction).nullifiers = list;
    std::get<Reversal>(reversal.entry).nullifiers = list;
    CHECK(is_written(reduction) == of_act);
    CHECK(is_written(reversal) == of_reversal);
  }
}

TEST_CASE("limits: versions, roots and assignments go from 1 to 4,294,967,295") {
  const Path paths[] = {{kBody, kEntry, 1, 8, 1, 0}, {kBody, kEntry, 1, 4}};
  for (const auto& [hex, fits] :
       {std::pair{"00", false}, {"1affffffff", true}, {"1b0000000100000000", false}, {"20", false}, {"f6", false}}) {
    CAPTURE(hex);
    CHECK(is_read(sample_reduction(), paths[0], hex) == fits);
    CHECK(is_read(sample_start(), paths[1], hex) == fits);
    CHECK(is_read(sample_reduction(), {kBody, kEntry, 1, 8}, "81 83 01" + std::string(hex) + bytes_hex(32)) == fits);
  }
  for (const auto& [number, fits] : {std::pair{0u, false}, {1u, true}, {~0u, true}}) {
    CAPTURE(number);
    Claim claim = sample_start();
    std::get<Start>(claim.entry).assignment = number;
    CHECK(is_written(claim) == fits);
    for (const Nullifier& nullifier : {Nullifier{number, 4, {}}, Nullifier{1, number, {}}}) {
      claim = sample_reduction();
      reduction_of(claim).nullifiers.clear();
      REQUIRE(reduction_of(claim).nullifiers.push_back(nullifier));
      CHECK(is_written(claim) == fits);
    }
  }
}

TEST_CASE("limits: a device id holds 40 bytes and no more, as issuer and as predecessor") {
  for (const auto& [size, fits] : {std::pair{0u, false}, {1u, true}, {40u, true}, {41u, false}}) {
    CAPTURE(size);
    const std::string id(size, 'z');
    Claim claim = sample_start();
    claim.device = id;
    CHECK(is_written(claim) == fits);
    CHECK(is_read(sample_start(), {1}, text_hex(std::string(kIssuerPrefix) + id)) == fits);
    claim = sample_start();
    std::get<Start>(claim.entry).predecessor->device = id;
    CHECK(is_written(claim) == fits);
    CHECK(is_read(sample_start(), {kBody, kEntry, 1, 2, 0}, text_hex(id)) == fits);
  }
}

TEST_CASE("limits: integers keep their whole range: 64 bits with sign for amounts and times, without for counters") {
  const char* signed_ends[] = {"1b7fffffffffffffff", "3b7fffffffffffffff"};
  const char* beyond[] = {"1b8000000000000000", "3b8000000000000000"};
  for (const Path& path : {Path{6}, Path{kBody, kEntry, 1, 5}, Path{kBody, kEntry, 1, 6}, Path{kBody, kEntry, 1, 3, "s"}}) {
    for (const char* end : signed_ends) CHECK(is_read(sample_reduction(), path, end));
    for (const char* hex : beyond) CHECK_FALSE(is_read(sample_reduction(), path, hex));
  }
  for (const Path& path : {Path{kBody, 1}, Path{kBody, 4, 0}, Path{kBody, 4, 1}, Path{kBody, kEntry, 1, 4, 1}}) {
    CHECK(is_read(sample_reduction(), path, "1bffffffffffffffff"));
    CHECK_FALSE(is_read(sample_reduction(), path, "20"));
  }
}

TEST_CASE("limits: the fields at their limits together pass 1,024 bytes, and such a claim is not written") {
  const Claim largest = largest_reduction();
  const Buffer payload = payload_of(largest);
  REQUIRE(parse_payload(payload).ok());
  Buffer out(4096);
  const auto size = encode_message(MessageType::claim, Digest{}, AccountHint{{}, kText32}, payload, Signature{}, out);
  REQUIRE_FALSE(size.ok());
  CHECK(size.error().kind == Fault::Kind::malformed);
  CHECK(std::string(size.error().reason) == "a claim is at most 1,024 bytes");
}
