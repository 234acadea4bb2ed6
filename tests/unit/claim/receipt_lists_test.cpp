// SPDX-License-Identifier: Apache-2.0
// The rules that a receipt's lists hold to, each from both sides: what breaks one is neither written nor read.
#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <string>

#include "tests/unit/claim/receipt_samples.hpp"
#include "tests/unit/claim/tree.hpp"

namespace greentill::test::receipt_lists_test {
namespace {

using namespace claim;

/// Why the reader refuses the sample with the item at `path` replaced; "" where it takes it.
std::string read_with(const Path& path, const std::string& hex) {
  const Buffer payload = replaced(receipt_payload(sample_receipt()), path, hex);
  const auto receipt = parse_receipt(payload);
  if (receipt) {
    CHECK(receipt_payload(listed(*receipt)) == payload);
    return "";
  }
  CHECK(receipt.error().kind == Fault::Kind::malformed);
  return receipt.error().reason;
}

/// Why the writer refuses the sample after `edit`; "" where it writes it.
std::string written_with(const std::function<void(ListedReceipt&)>& edit) {
  ListedReceipt sample = sample_receipt();
  edit(sample);
  Buffer out(70000);
  const auto size = encode(sample, out);
  if (size) return "";
  CHECK(size.error().kind == Fault::Kind::malformed);
  return size.error().reason;
}

constexpr const char* kOrder = "the seqs of a list do not rise from 1";
constexpr const char* kBeyond = "a list names a claim beyond what was processed";
constexpr const char* kNumbers = "the numbers of the changes do not rise by one";
constexpr const char* kNothing = "what is held or refused is granted 0";

}  // namespace

TEST_CASE("receipt lists: an entry has its parts and no others") {
  const char* refusal = "a refusal is not [seq, a text of at most 32 bytes, retryable]";
  const char* grant = "a grant is not [seq, a 64-bit integer]";
  const char* change = "a change is not [number, 8 bytes, seq, 0 to 2, a 64-bit integer, a text of at most 32 bytes]";
  std::string text33 = "7821";
  for (int i = 0; i < 33; ++i) text33 += "61";
  struct Case {
    Path path;
    std::string hex;
    const char* reason;
  };
  const Case cases[] = {
      {{5, 1}, "820761 61", refusal},
      {{5, 1, 1}, "00", refusal},
      {{5, 1, 1}, text33, refusal},
      {{5, 1, 2}, "f6", refusal},
      {{5, 1, 2}, "01", refusal},
      {{8, 1}, "83040000", grant},
      {{8, 1, 1}, "f5", grant},
      {{8, 1, 1}, "1b8000000000000000", grant},
      {{10, 0}, "80", change},
      {{10, 0}, "85182e4840414243444546470200 00", change},
      {{10, 0, 0}, "20", change},
      {{10, 0, 1}, "4100", change},
      {{10, 0, 2}, "6132", change},
      {{10, 0, 3}, "03", change},
      {{10, 0, 3}, "20", change},
      {{10, 0, 4}, "1b8000000000000000", change},
      {{10, 0, 5}, text33, change},
      {{10, 0, 5}, "00", change},
      {{10, 0, 2}, "00", "the seq of a change is below 1"},
  };
  for (const Case& wrong : cases) {
    CAPTURE(wrong.hex);
    CHECK(read_with(wrong.path, wrong.hex) == wrong.reason);
  }
  CHECK(written_with([&](ListedReceipt& r) { r.changes[0].seq = 0; }) == "the seq of a change is below 1");
  const std::string long_text(33, 'r');
  CHECK(written_with([&](ListedReceipt& r) { r.refused[0].reason = long_text; }) == refusal);
  CHECK(written_with([&](ListedReceipt& r) { r.changes[0].reason = long_text; }) == change);
  CHECK(written_with([&](ListedReceipt& r) { r.changes[0].reason = "\xff"; }) == change);
}

TEST_CASE("receipt lists: the seqs of refusals and of grants rise from 1") {
  CHECK(read_with({5, 0, 0}, "00") == kOrder);
  CHECK(read_with({5, 1, 0}, "03") == kOrder);
  CHECK(read_with({5, 1, 0}, "02") == kOrder);
  CHECK(read_with({8, 0, 0}, "00") == kOrder);
  CHECK(read_with({8, 1, 0}, "02") == kOrder);
  CHECK(read_with({5, 0, 0}, "01") == "");
  CHECK(written_with([](ListedReceipt& r) { std::swap(r.refused[0], r.refused[1]); }) == kOrder);
  CHECK(written_with([](ListedReceipt& r) { r.granted[1].seq = 2; }) == kOrder);
  CHECK(written_with([](ListedReceipt& r) { r.granted[0].seq = 0; }) == kOrder);
}

TEST_CASE("receipt lists: neither refusals nor grants name a claim beyond the one processed last") {
  CHECK(read_with({5, 1, 0}, "09") == "");
  CHECK(read_with({5, 1, 0}, "0a") == kBeyond);
  CHECK(read_with({8, 2, 0}, "0a") == kBeyond);
  CHECK(read_with({3}, "08") == kBeyond);
  CHECK(written_with([](ListedReceipt& r) { r.refused[1].seq = 9; }) == "");
  CHECK(written_with([](ListedReceipt& r) { r.refused[1].seq = 10; }) == kBeyond);
  CHECK(written_with([](ListedReceipt& r) { r.granted[2].seq = 10; }) == kBeyond);
  CHECK(written_with([](ListedReceipt& r) {
          r.fields.processed_up_to = 0;
          r.fields.payload_hash = {};
        }) == kBeyond);
}

TEST_CASE("receipt lists: a change may name any claim, of another chain or beyond the one processed last") {
  CHECK(read_with({10, 0, 2}, "1bffffffffffffffff") == "");
  CHECK(read_with({10, 0, 1}, "48ffffffffffffffff") == "");
}

TEST_CASE("receipt lists: the numbers of changes rise by one, from any number above 0") {
  CHECK(read_with({10, 0, 0}, "00") == kNumbers);
  CHECK(read_with({10, 1, 0}, "182e") == kNumbers);
  CHECK(read_with({10, 1, 0}, "1830") == kNumbers);
  CHECK(read_with({10, 2, 0}, "1831") == kNumbers);
  CHECK(read_with({10, 2, 0}, "182f") == kNumbers);
  CHECK(written_with([](ListedReceipt& r) { r.changes[0].number = 0; }) == kNumbers);
  CHECK(written_with([](ListedReceipt& r) { r.changes[1].number = 46; }) == kNumbers);
  CHECK(written_with([](ListedReceipt& r) { r.changes.erase(r.changes.begin() + 1); }) == kNumbers);
  CHECK(written_with([](ListedReceipt& r) { r.changes.erase(r.changes.begin()); }) == "");
  CHECK(written_with([](ListedReceipt& r) {
          r.changes[1].number = std::numeric_limits<std::uint64_t>::max();
          r.changes[2].number = 0;
          r.changes.erase(r.changes.begin());
        }) == kNumbers);
}

TEST_CASE("receipt lists: what is held or refused is granted nothing, what is accepted any amount") {
  CHECK(read_with({10, 1, 4}, "01") == kNothing);
  CHECK(read_with({10, 1, 4}, "20") == kNothing);
  CHECK(read_with({10, 2, 4}, "01") == kNothing);
  CHECK(read_with({10, 0, 3}, "01") == kNothing);
  CHECK(read_with({10, 0, 4}, "3b7fffffffffffffff") == "");
  CHECK(written_with([](ListedReceipt& r) { r.changes[1].granted_mg = 1; }) == kNothing);
  CHECK(written_with([](ListedReceipt& r) { r.changes[2].granted_mg = -1; }) == kNothing);
  CHECK(written_with([](ListedReceipt& r) { r.changes[0].standing = Stands::held; }) == kNothing);
}

TEST_CASE("receipt lists: fields that break their limits are not written") {
  CHECK(written_with([](ListedReceipt& r) { r.fields.device = "Dock"; }) == "the device id is not 1 to 40 of [a-z0-9-]");
  CHECK(written_with([](ListedReceipt& r) {
          r.fields.processed_up_to = 0;
          r.refused.clear();
          r.granted.clear();
        }) == "before the first claim the payload hash is zeros");
  CHECK(written_with([](ListedReceipt& r) { r.fields.head->seq = 9; }) ==
        "the head in the ledger is not beyond what was processed");
  for (const std::uint32_t pause : {0u, kMostPauseSeconds + 1}) {
    CHECK(written_with([&](ListedReceipt& r) { r.fields.come_again_s = pause; }) ==
          "the time to come again is not 1 to 31536000 seconds");
  }
  CHECK(written_with([](ListedReceipt& r) { r.fields.come_again_s = kMostPauseSeconds; }) == "");
}

TEST_CASE("receipt lists: what has no room is said to have none") {
  ListedReceipt many = sample_receipt();
  many.fields.processed_up_to = 200'000;
  many.fields.head.reset();
  for (std::uint64_t seq = 1; seq <= 10000; ++seq) many.granted.push_back({seq + 100'000, 1'000'000});
  Buffer out(200'000);
  auto size = encode(many, out);
  REQUIRE_FALSE(size.ok());
  CHECK(size.error().kind == Fault::Kind::no_room);
  const std::size_t needed = receipt_payload(sample_receipt()).size();
  for (std::size_t room = 0; room < needed; ++room) {
    size = encode(sample_receipt(), MutableBytes(out).first(room));
    REQUIRE_FALSE(size.ok());
    CHECK(size.error().kind == Fault::Kind::no_room);
  }
}

TEST_CASE("receipt lists: as many entries as the service leaves room for, each as long as it can be, fit one receipt") {
  const std::string device(kMaxDeviceIdBytes, 'd');
  const std::string reason(kMaxTextBytes, 'r');
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
  ListedReceipt full = sample_receipt();
  full.fields.device = device;
  full.fields.processed_up_to = kLast - 1;
  full.fields.head->seq = kLast;
  full.fields.service_time = full.granted[0].granted_mg = std::numeric_limits<std::int64_t>::min();
  full.fields.epoch = full.fields.from_head = full.fields.from_change = kLast;
  full.fields.come_again_s = kMostPauseSeconds;
  full.refused.clear();
  full.granted.clear();
  full.changes.clear();
  for (std::uint64_t i = kMostRefusals; i > 0; --i) full.refused.push_back({kLast - i, reason, false});
  for (std::uint64_t i = kMostGrants; i > 0; --i) full.granted.push_back({kLast - i, std::numeric_limits<std::int64_t>::min()});
  for (std::uint64_t i = kMostChanges; i > 0; --i) {
    full.changes.push_back({kLast - i, {}, kLast, Stands::accepted, std::numeric_limits<std::int64_t>::min(), reason});
  }
  const Buffer payload = receipt_payload(full);
  CHECK(payload.size() < 65536);
  CHECK(parse_receipt(payload).ok());
}

}  // namespace greentill::test::receipt_lists_test
