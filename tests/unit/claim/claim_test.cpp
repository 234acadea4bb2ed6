// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/claim.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "daemon/base/hex.hpp"
#include "daemon/claim/cbor.hpp"
#include "tests/unit/claim/samples.hpp"
#include "tests/unit/claim/tree.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

const Claim& parsed(const Result<Claim, Fault>& result) {
  if (!result) FAIL(result.error().offset, ": ", result.error().reason);
  return *result;
}

void check_same_quantities(const Quantities& a, const Quantities& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].unit == b[i].unit);
    CHECK(a[i].value == b[i].value);
  }
}

}  // namespace

TEST_CASE("claim: a reduction comes back from its payload field by field") {
  const Claim claim = sample_reduction();
  const Buffer payload = payload_of(claim);
  const auto result = parse_payload(payload);
  const Claim& back = parsed(result);
  CHECK(back.device == claim.device);
  CHECK(back.issued_at == claim.issued_at);
  CHECK(back.id == claim.id);
  CHECK(back.seq == claim.seq);
  CHECK(back.prev == claim.prev);
  CHECK(back.clock == claim.clock);
  CHECK(back.boot == claim.boot);
  CHECK(back.uptime_s == claim.uptime_s);
  CHECK(back.merchant == claim.merchant);
  CHECK(back.site == claim.site);
  CHECK(back.chain == claim.chain);
  const auto& wanted = std::get<Reduction>(claim.entry);
  const auto& found = std::get<Reduction>(back.entry);
  CHECK(found.begin == wanted.begin);
  CHECK(found.end == wanted.end);
  CHECK(found.activity == wanted.activity);
  CHECK(found.methodology.id == wanted.methodology.id);
  CHECK(found.methodology.version == wanted.methodology.version);
  CHECK(found.methodology.sha256 == wanted.methodology.sha256);
  CHECK(found.estimate_mg == wanted.estimate_mg);
  CHECK(found.credited_mg == wanted.credited_mg);
  CHECK(found.attribution.kind == wanted.attribution.kind);
  CHECK(found.attribution.hash == wanted.attribution.hash);
  CHECK(std::ranges::equal(found.nullifiers, wanted.nullifiers));
  REQUIRE(found.nullifiers.size() == 2);
  CHECK(found.nullifiers[1] == Nullifier{2, 4, counted<32>(0xa1)});
  CHECK(found.plugin_name == wanted.plugin_name);
  CHECK(found.plugin_version == wanted.plugin_version);
  CHECK(found.evidence->kind == wanted.evidence->kind);
  CHECK(std::ranges::equal(found.evidence->bytes, wanted.evidence->bytes));
  CHECK(found.replaces == wanted.replaces);
  REQUIRE(found.quantities.size() == 2);
  CHECK(found.quantities[0].unit == "s");  // the shorter key first
  CHECK(found.quantities[0].value == 900);
  CHECK(found.quantities[1].unit == "m.odometer");
  CHECK(found.quantities[1].value == 3120);
}

TEST_CASE("claim: reversals, gaps and starts come back from their payloads") {
  const Buffer reversal_bytes = payload_of(sample_reversal());
  const auto reversal_result = parse_payload(reversal_bytes);
  const auto& reversal = std::get<Reversal>(parsed(reversal_result).entry);
  CHECK(std::ranges::equal(reversal.nullifiers, std::get<Reversal>(sample_reversal().entry).nullifiers));
  REQUIRE(reversal.nullifiers.size() == 3);
  CHECK(reversal.nullifiers[2] == Nullifier{70000, 4, counted<32>(0xa2)});
  CHECK(reversal.claim == counted<16>(0x10));
  CHECK(reversal.reason == ReversalReason::cancelled);
  check_same_quantities(reversal.taken_back, std::get<Reversal>(sample_reversal().entry).taken_back);

  const Buffer gap_bytes = payload_of(sample_gap());
  const auto gap_result = parse_payload(gap_bytes);
  const auto& gap = std::get<Gap>(parsed(gap_result).entry);
  CHECK(gap.chain == counted<8>(0x50));
  CHECK(gap.first == 7);
  CHECK(gap.last == 9);
  CHECK(gap.cause == "damaged database");

  const Buffer start_bytes = payload_of(sample_start());
  const auto start_result = parse_payload(start_bytes);
  const auto& start = std::get<Start>(parsed(start_result).entry);
  CHECK(start.reason == StartReason::replaced_device);
  CHECK(start.predecessor->device == "dock-9");
  CHECK(start.predecessor->chain == counted<8>(0x50));
  CHECK(start.predecessor->last_seq == 41);
  CHECK(start.predecessor->payload_hash == counted<32>(0x70));
  CHECK(std::ranges::equal(start.consent, counted<5>(1)));
  CHECK(start.assignment == 3);
}

TEST_CASE("claim: what is encoded, parsed and encoded again is the same bytes, for 20,000 random claims") {
  for (unsigned seed = 0; seed < 20000; ++seed) {
    ClaimGenerator generator(seed);
    const Buffer first = payload_of(generator.next());
    REQUIRE(check_item(first).ok());
    const auto back = parse_payload(first);
    if (!back) FAIL("seed ", seed, " ", to_hex(first), ": ", back.error().reason);
    REQUIRE(payload_of(*back) == first);
  }
}

TEST_CASE("claim: the order in which quantities are handed in does not matter") {
  Claim claim = sample_reduction();
  const Buffer payload = payload_of(claim);
  auto& quantities = std::get<Reduction>(claim.entry).quantities;
  std::swap(quantities[0], quantities[1]);
  CHECK(payload_of(claim) == payload);
}

TEST_CASE("claim: a payload cut anywhere, or with a byte behind it, is refused") {
  for (const Claim& claim : all_samples()) {
    const Buffer payload = payload_of(claim);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      const auto cut = parse_payload(ByteView(payload).first(size));
      REQUIRE_FALSE(cut.ok());
      CHECK(cut.error().kind == Fault::Kind::malformed);
      CHECK(cut.error().offset <= size);
    }
    for (unsigned extra = 0; extra < 256; ++extra) {
      Buffer longer = payload;
      longer.push_back(static_cast<std::uint8_t>(extra));
      const auto result = parse_payload(longer);
      REQUIRE_FALSE(result.ok());
      CHECK(result.error().offset == payload.size());
    }
  }
}

TEST_CASE("claim: every head that is longer than it must be is refused at its byte") {
  for (const Claim& claim : all_samples()) {
    const Buffer payload = payload_of(claim);
    for (const std::size_t offset : head_offsets(payload)) {
      for (const Buffer& longer : with_longer_heads(payload, offset)) {
        const auto result = parse_payload(longer);
        REQUIRE_FALSE(result.ok());
        CHECK(result.error().kind == Fault::Kind::malformed);
        CHECK(result.error().offset == offset);
        CHECK(std::string(result.error().reason) == "a shorter head would hold this value");
      }
    }
  }
}

TEST_CASE("claim: no single changed bit yields a claim that encodes to other bytes than it came from") {
  for (const Claim& claim : all_samples()) {
    const Buffer payload = payload_of(claim);
    for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
      Buffer changed = payload;
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
      if (const auto result = parse_payload(changed)) REQUIRE(payload_of(*result) == changed);
    }
  }
}

TEST_CASE("claim: a buffer that is too small is said to be too small, at every size") {
  const Claim claim = sample_reduction();
  const std::size_t needed = payload_of(claim).size();
  Buffer out(needed);
  CHECK(*encode_payload(claim, out) == needed);
  for (std::size_t size = 0; size < needed; ++size) {
    const auto result = encode_payload(claim, MutableBytes(out).first(size));
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == Fault::Kind::no_room);
  }
}

TEST_CASE("claim: a device id is 1 to 40 lower-case letters, digits and hyphens") {
  CHECK(is_device_id("a"));
  CHECK(is_device_id("dock-17"));
  CHECK(is_device_id(std::string(40, 'z')));
  CHECK_FALSE(is_device_id(""));
  CHECK_FALSE(is_device_id(std::string(41, 'z')));
  for (const char* wrong : {"Dock", "dock_1", "dock 1", "dock/1", "dock+", "dock#", "d\xc3\xb6", "dock.1"}) {
    CHECK_FALSE(is_device_id(wrong));
  }
}
