// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/receipt.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/unit/claim/tree.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

const ReceiptFields kFields{"dock-17", counted<8>(0x40), 9, counted<32>(0x20), 1700000100, 1};
const std::vector<Refusal> kRefused{{3, "duplicate", false}, {7, "unknown-methodology", true}};
const std::vector<Grant> kGranted{{2, 201234}, {4, 0}, {9, -5}};

Buffer receipt_of(const ReceiptFields& fields, std::span<const Refusal> refused, std::span<const Grant> granted) {
  Buffer out(65536);
  const auto size = encode_receipt(fields, refused, granted, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

Buffer sample_receipt() { return receipt_of(kFields, kRefused, kGranted); }

Buffer encoded_again(const Receipt& receipt) {
  std::vector<Refusal> refused;
  std::vector<Grant> granted;
  receipt.for_each_refused([&](const Refusal& r) { refused.push_back(r); });
  receipt.for_each_granted([&](const Grant& g) { granted.push_back(g); });
  CHECK(refused.size() == receipt.refused_count());
  CHECK(granted.size() == receipt.granted_count());
  return receipt_of(receipt, refused, granted);
}

Fault refused_receipt(const Buffer& payload) {
  const auto result = parse_receipt(payload);
  if (result) {
    FAIL("accepted");
    return {};
  }
  return result.error();
}

}  // namespace

TEST_CASE("receipt: fields and lists come back as they were written") {
  const Buffer payload = sample_receipt();
  const auto receipt = parse_receipt(payload);
  REQUIRE(receipt.ok());
  CHECK(receipt->device == kFields.device);
  CHECK(receipt->chain == kFields.chain);
  CHECK(receipt->processed_up_to == 9);
  CHECK(receipt->payload_hash == kFields.payload_hash);
  CHECK(receipt->service_time == 1700000100);
  CHECK(receipt->epoch == 1);
  std::vector<Refusal> found;
  receipt->for_each_refused([&](const Refusal& r) { found.push_back(r); });
  REQUIRE(found.size() == 2);
  CHECK(found[0].seq == 3);
  CHECK(found[0].reason == "duplicate");
  CHECK_FALSE(found[0].retryable);
  CHECK(found[1].seq == 7);
  CHECK(found[1].retryable);
  std::vector<Grant> grants;
  receipt->for_each_granted([&](const Grant& g) { grants.push_back(g); });
  REQUIRE(grants.size() == 3);
  CHECK(grants[0].granted_mg == 201234);
  CHECK(grants[2].granted_mg == -5);
}

TEST_CASE("receipt: random ones encode, parse and encode to the same bytes") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Refusal> refused;
    std::vector<Grant> granted;
    std::uint64_t seq = 0;
    for (std::uint64_t i = random() % 300; i > 0; --i) {
      seq += 1 + random() % 1000;
      if (random() % 4 == 0)
        refused.push_back({seq, random() % 2 == 0 ? "quarantined" : "", random() % 2 == 0});
      else
        granted.push_back({seq, static_cast<std::int64_t>(random())});
    }
    const ReceiptFields fields{"d", counted<8>(1), seq, seq == 0 ? Digest{} : counted<32>(1), static_cast<std::int64_t>(random()),
                               seed};
    const Buffer payload = receipt_of(fields, refused, granted);
    const auto back = parse_receipt(payload);
    REQUIRE(back.ok());
    REQUIRE(encoded_again(*back) == payload);
  }
}

TEST_CASE("receipt: every cut, trailing byte and longer head is refused") {
  const Buffer payload = sample_receipt();
  for (std::size_t size = 0; size < payload.size(); ++size) {
    CHECK_FALSE(parse_receipt(ByteView(payload).first(size)).ok());
  }
  Buffer longer = payload;
  longer.push_back(0);
  CHECK(refused_receipt(longer).offset == payload.size());
  for (const std::size_t offset : head_offsets(payload)) {
    for (const Buffer& wide : with_longer_heads(payload, offset)) CHECK(refused_receipt(wide).offset == offset);
  }
}

TEST_CASE("receipt: no single changed bit yields a receipt that encodes to other bytes than it came from") {
  const Buffer payload = sample_receipt();
  for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
    Buffer changed = payload;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
    if (const auto result = parse_receipt(changed)) REQUIRE(encoded_again(*result) == changed);
  }
}

TEST_CASE("receipt: values outside the format are refused for ever, with the field named") {
  const Buffer payload = sample_receipt();
  struct Case {
    Path path;
    const char* hex;
    const char* reason;
  };
  const Case cases[] = {
      {{1}, "6141", "the device id is not 1 to 40 of [a-z0-9-]"},
      {{2}, "4100", "the chain id is not 8 bytes"},
      {{3}, "20", "the seq processed up to is not an unsigned integer"},
      {{3}, "00", "before the first claim the payload hash is zeros"},
      {{4}, "40", "the hash of the payload processed last is not 32 bytes"},
      {{5}, "a0", "a refusal is not [seq, a text of at most 32 bytes, retryable]"},
      {{5, 0, 0}, "00", "the seqs of a list do not rise from 1"},
      {{5, 1, 0}, "03", "the seqs of a list do not rise from 1"},
      {{5, 1, 1}, "00", "a refusal is not [seq, a text of at most 32 bytes, retryable]"},
      {{5, 1, 2}, "f6", "a refusal is not [seq, a text of at most 32 bytes, retryable]"},
      {{5, 1, 2}, "01", "a refusal is not [seq, a text of at most 32 bytes, retryable]"},
      {{6}, "1bffffffffffffffff", "the service time is not a 64-bit integer"},
      {{7}, "20", "the ledger epoch is not an unsigned integer"},
      {{8, 1, 0}, "02", "the seqs of a list do not rise from 1"},
      {{8, 1}, "83040000", "a grant is not [seq, a 64-bit integer]"},
  };
  for (const Case& wrong : cases) {
    CAPTURE(wrong.reason);
    const Fault fault = refused_receipt(replaced(payload, wrong.path, wrong.hex));
    CHECK(fault.kind == Fault::Kind::malformed);
    CHECK(std::string(fault.reason) == wrong.reason);
  }
  for (std::int64_t key = 1; key <= 8; ++key)
    CHECK(refused_receipt(without_key(payload, {}, key)).kind == Fault::Kind::malformed);
  CHECK(refused_receipt(with_pair(payload, {}, "09", "00")).kind == Fault::Kind::unsupported);
}

TEST_CASE("receipt: what does not fit the format is not written") {
  Buffer out(70000);
  const auto kind = [&](const ReceiptFields& fields, std::span<const Refusal> refusals, std::span<const Grant> grants) {
    const auto result = encode_receipt(fields, refusals, grants, out);
    REQUIRE_FALSE(result.ok());
    return result.error().kind;
  };
  const std::vector<Refusal> falling{{7, "duplicate", false}, {3, "duplicate", false}};
  const std::vector<Grant> twice{{7, 1}, {7, 1}};
  const std::vector<Grant> from_zero{{0, 1}};
  CHECK(kind(kFields, falling, {}) == Fault::Kind::malformed);
  CHECK(kind(kFields, {}, twice) == Fault::Kind::malformed);
  CHECK(kind(kFields, {}, from_zero) == Fault::Kind::malformed);
  ReceiptFields fields = kFields;
  fields.processed_up_to = 0;
  CHECK(kind(fields, {}, {}) == Fault::Kind::malformed);
  std::vector<Grant> many;
  for (std::uint64_t seq = 1; seq <= 10000; ++seq) many.push_back({seq + 100000, 1000000});
  CHECK(kind(kFields, {}, many) == Fault::Kind::no_room);
  Buffer small(10);
  CHECK(encode_receipt(kFields, kRefused, kGranted, small).error().kind == Fault::Kind::no_room);
}

TEST_CASE("receipt: 65,536 bytes are written and read, one more is neither") {
  // A grant takes 11 bytes; the last few bytes are made up by the length of a reason.
  const std::vector<Grant> grants = [] {
    std::vector<Grant> list;
    for (std::uint64_t seq = 100'000; list.size() < 5'949; ++seq) list.push_back({seq, 1'000'000});
    return list;
  }();
  const std::string text(32, 'r');
  Buffer out(70000);
  Buffer largest;
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const Refusal refusal{7, std::string_view(text).substr(0, length), false};
    const auto size = encode_receipt(kFields, {&refusal, 1}, grants, out);
    if (!size) {
      CHECK(size.error().kind == Fault::Kind::no_room);
      continue;
    }
    largest.assign(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size));
    CHECK(parse_receipt(largest).ok());
  }
  REQUIRE(largest.size() == 65536);
  Tree tree = Tree::parse(largest);
  tree.at({5, 0, 1}).content.push_back('r');
  ++tree.at({5, 0, 1}).head.argument;
  const Fault fault = refused_receipt(tree.bytes());
  CHECK(fault.offset == 65536);
  CHECK(std::string(fault.reason) == "a receipt is at most 65,536 bytes");
}
