// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/receipt.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/unit/claim/receipt_samples.hpp"
#include "tests/unit/claim/tree.hpp"

namespace greentill::test::receipt_test {
namespace {

using namespace claim;

Buffer encoded_again(const Receipt& receipt) { return receipt_payload(listed(receipt)); }

Fault refused_receipt(const Buffer& payload) {
  const auto result = parse_receipt(payload);
  if (result) {
    FAIL("accepted");
    return {};
  }
  return result.error();
}

/// A receipt with lists of any length and everything optional there or not. Texts are literals.
ListedReceipt random_receipt(unsigned seed) {
  std::mt19937_64 random(seed);
  ListedReceipt receipt;
  std::uint64_t seq = 0;
  for (std::uint64_t i = random() % 300; i > 0; --i) {
    seq += 1 + random() % 1000;
    if (random() % 4 == 0)
      receipt.refused.push_back({seq, random() % 2 == 0 ? "unknown-root" : "", random() % 2 == 0});
    else
      receipt.granted.push_back({seq, static_cast<std::int64_t>(random())});
  }
  std::uint64_t number = random() >> random() % 64 >> 1;
  for (std::uint64_t i = random() % 100; i > 0; --i) {
    const auto standing = static_cast<Stands>(random() % 3);
    const auto granted = standing == Stands::accepted ? static_cast<std::int64_t>(random()) : 0;
    const std::uint64_t of = std::max<std::uint64_t>(1, random() >> random() % 64);
    receipt.changes.push_back({++number, counted<8>(static_cast<std::uint8_t>(random())), of, standing, granted, "fork"});
  }
  receipt.fields = {"d",
                    counted<8>(1),
                    seq,
                    seq == 0 ? Digest{} : counted<32>(1),
                    static_cast<std::int64_t>(random()),
                    seed,
                    static_cast<ChainStanding>(random() % 5),
                    random() >> random() % 64,
                    random(),
                    std::nullopt,
                    std::nullopt};
  if (random() % 2 == 0) receipt.fields.head = Place{seq + 1 + random() % 1000, counted<32>(7)};
  if (random() % 2 == 0) receipt.fields.come_again_s = 1 + static_cast<std::uint32_t>(random() % kMostPauseSeconds);
  return receipt;
}

}  // namespace

TEST_CASE("receipt: fields come back as they were written") {
  const ListedReceipt sample = sample_receipt();
  const Buffer payload = receipt_payload(sample);
  const auto receipt = parse_receipt(payload);
  REQUIRE(receipt.ok());
  CHECK(receipt->device == "dock-17");
  CHECK(receipt->chain == counted<8>(0x40));
  CHECK(receipt->processed_up_to == 9);
  CHECK(receipt->payload_hash == counted<32>(0x20));
  CHECK(receipt->service_time == 1700000100);
  CHECK(receipt->epoch == 1);
  CHECK(receipt->state == ChainStanding::on_probation);
  CHECK(receipt->from_head == 2);
  CHECK(receipt->from_change == 45);
  REQUIRE(receipt->head.has_value());
  CHECK(receipt->head->seq == 12);
  CHECK(receipt->head->payload_hash == counted<32>(0x21));
  CHECK(receipt->come_again_s == 3600);
}

TEST_CASE("receipt: lists come back as they were written") {
  const Buffer payload = receipt_payload(sample_receipt());
  const auto receipt = parse_receipt(payload);
  REQUIRE(receipt.ok());
  const ListedReceipt found = listed(*receipt);
  REQUIRE(found.refused.size() == 2);
  CHECK(found.refused[0].seq == 3);
  CHECK(found.refused[0].reason == "duplicate");
  CHECK_FALSE(found.refused[0].retryable);
  CHECK(found.refused[1].seq == 7);
  CHECK(found.refused[1].retryable);
  REQUIRE(found.granted.size() == 3);
  CHECK(found.granted[0].granted_mg == 201234);
  CHECK(found.granted[2].granted_mg == -5);
  REQUIRE(found.changes.size() == 3);
  CHECK(found.changes[0].number == 46);
  CHECK(found.changes[0].chain == counted<8>(0x40));
  CHECK(found.changes[0].seq == 2);
  CHECK(found.changes[0].standing == Stands::accepted);
  CHECK(found.changes[0].granted_mg == 128000);
  CHECK(found.changes[0].reason == "taken-back");
  CHECK(found.changes[1].chain == counted<8>(0x50));
  CHECK(found.changes[1].standing == Stands::held);
  CHECK(found.changes[2].standing == Stands::refused);
}

TEST_CASE("receipt: what may be absent is absent again, and asks for nothing") {
  ListedReceipt sample = sample_receipt();
  sample.fields.head.reset();
  sample.fields.come_again_s.reset();
  sample.changes.clear();
  const Buffer payload = receipt_payload(sample);
  const auto receipt = parse_receipt(payload);
  REQUIRE(receipt.ok());
  CHECK_FALSE(receipt->head.has_value());
  CHECK_FALSE(receipt->come_again_s.has_value());
  CHECK_FALSE(receipt->says_more_waits());
  CHECK(encoded_again(*receipt) == payload);
}

TEST_CASE("receipt: more waits for the device behind a head that is further, and behind a full list of changes") {
  const auto more_waits = [](const ListedReceipt& sample) {
    const Buffer payload = receipt_payload(sample);
    const auto receipt = parse_receipt(payload);
    REQUIRE(receipt.ok());
    return receipt->says_more_waits();
  };
  ListedReceipt sample = sample_receipt();
  CHECK(more_waits(sample));
  sample.fields.head.reset();
  CHECK_FALSE(more_waits(sample));
  while (sample.changes.size() < kMostChanges) {
    Change next = sample.changes.back();
    ++next.number;
    sample.changes.push_back(next);
  }
  CHECK(more_waits(sample));
  sample.changes.pop_back();
  CHECK_FALSE(more_waits(sample));
}

TEST_CASE("receipt: random ones encode, parse and encode to the same bytes") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const Buffer payload = receipt_payload(random_receipt(seed));
    const auto back = parse_receipt(payload);
    if (!back) FAIL("seed ", seed, ": ", back.error().reason);
    REQUIRE(encoded_again(*back) == payload);
  }
}

TEST_CASE("receipt: every cut, trailing byte and longer head is refused") {
  const Buffer payload = receipt_payload(sample_receipt());
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
  const Buffer payload = receipt_payload(sample_receipt());
  for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
    Buffer changed = payload;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
    if (const auto result = parse_receipt(changed)) REQUIRE(encoded_again(*result) == changed);
  }
}

TEST_CASE("receipt: values outside the format are refused for ever, with the field named") {
  const Buffer payload = receipt_payload(sample_receipt());
  struct Case {
    Path path;
    const char* hex;
    const char* reason;
  };
  const Case cases[] = {
      {{}, "80", "the receipt is not a map"},
      {{1}, "6141", "the device id is not 1 to 40 of [a-z0-9-]"},
      {{2}, "4100", "the chain id is not 8 bytes"},
      {{3}, "20", "the seq processed up to is not an unsigned integer"},
      {{3}, "00", "before the first claim the payload hash is zeros"},
      {{4}, "40", "the hash of the payload processed last is not 32 bytes"},
      {{5}, "a0", "the refusals are not a list"},
      {{6}, "1bffffffffffffffff", "the service time is not a 64-bit integer"},
      {{7}, "20", "the ledger epoch is not an unsigned integer"},
      {{8}, "01", "the grants are not a list"},
      {{9}, "05", "the state of the chain is not 0 to 4"},
      {{9}, "20", "the state of the chain is not 0 to 4"},
      {{10}, "f6", "the changes are not a list"},
      {{11}, "8102", "from which the lists go on is not [head, change]"},
      {{11, 0}, "20", "from which the lists go on is not [head, change]"},
      {{11, 1}, "6130", "from which the lists go on is not [head, change]"},
      {{12}, "810c", "the head in the ledger is not [seq, 32 bytes]"},
      {{12, 0}, "20", "the head in the ledger is not [seq, 32 bytes]"},
      {{12, 1}, "40", "the head in the ledger is not [seq, 32 bytes]"},
      {{12, 0}, "09", "the head in the ledger is not beyond what was processed"},
      {{12, 0}, "00", "the head in the ledger is not beyond what was processed"},
      {{13}, "00", "the time to come again is not 1 to 31536000 seconds"},
      {{13}, "20", "the time to come again is not 1 to 31536000 seconds"},
      {{13}, "1a01e13381", "the time to come again is not 1 to 31536000 seconds"},
      {{13}, "1b0000000100000000", "the time to come again is not 1 to 31536000 seconds"},
  };
  for (const Case& wrong : cases) {
    CAPTURE(wrong.reason);
    CAPTURE(wrong.hex);
    const Fault fault = refused_receipt(replaced(payload, wrong.path, wrong.hex));
    CHECK(fault.kind == Fault::Kind::malformed);
    CHECK(std::string(fault.reason) == wrong.reason);
  }
  for (std::int64_t key = 1; key <= 11; ++key) {
    CAPTURE(key);
    CHECK(refused_receipt(without_key(payload, {}, key)).kind == Fault::Kind::malformed);
  }
  CHECK(parse_receipt(without_key(payload, {}, 12)).ok());
  CHECK(parse_receipt(without_key(payload, {}, 13)).ok());
  CHECK(parse_receipt(replaced(payload, {13}, "1a01e13380")).ok());
  for (const char* key : {"0e", "00", "20", "617a"}) {
    CHECK(refused_receipt(with_pair(payload, {}, key, "00")).kind == Fault::Kind::unsupported);
  }
}

TEST_CASE("receipt: 65,536 bytes are written and read, one more is neither") {
  // A grant takes 11 bytes; the last few bytes are made up by the length of a reason.
  ListedReceipt sample = sample_receipt();
  sample.fields.processed_up_to = 200'000;
  sample.fields.head->seq = 200'001;
  sample.granted.clear();
  const std::size_t without = receipt_payload(sample).size() + 2;  // the head of the long list
  for (std::uint64_t seq = 100'000; sample.granted.size() < (65536 - without - 20) / 11; ++seq) {
    sample.granted.push_back({seq, 1'000'000});
  }
  const std::string text(32, 'r');
  Buffer out(70000);
  Buffer largest;
  bool refused = false;
  for (std::size_t length = 0; length <= text.size(); ++length) {
    sample.refused = {{3, text, false}, {7, std::string_view(text).substr(0, length), false}};
    const auto size = encode(sample, out);
    if (!size) {
      CHECK(size.error().kind == Fault::Kind::no_room);
      refused = true;
      continue;
    }
    largest.assign(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size));
    CHECK(parse_receipt(largest).ok());
  }
  CHECK(refused);
  REQUIRE(largest.size() == 65536);
  Tree tree = Tree::parse(largest);
  tree.at({5, 1, 1}).content.push_back('r');
  ++tree.at({5, 1, 1}).head.argument;
  const Fault fault = refused_receipt(tree.bytes());
  CHECK(fault.offset == 65536);
  CHECK(std::string(fault.reason) == "a receipt is at most 65,536 bytes");
}

}  // namespace greentill::test::receipt_test
