// SPDX-License-Identifier: Apache-2.0
// What the service's receipts say of a file's claims.
#include "daemon/claim/receipt.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/unit/cli/verify/dock.hpp"

namespace greentill::cli::receipt_book_test {
namespace {

using claim::Stands;
using test::Bytestring;
using test::Dock;
using test::Findings;

struct Lists {
  std::vector<claim::Refusal> refused;
  std::vector<claim::Grant> granted;
  std::vector<claim::Change> changes;
};

/// A dock with a start and nine rides, each of which asks for 167 mg, and the service.
struct Answered : Dock {
  test::TestAuthority authority{"signers"};
  test::TestSigner service = issued(authority);
  std::string receipts;
  std::optional<ReceiptBook> book;

  static test::TestSigner issued(const test::TestAuthority& by) {
    const auto made = by.issue("service", test::TestAuthority::kService);
    return {made.key, made.certificate};
  }

  Answered() { trust.signers = {certificate_of(service)}; }

  [[nodiscard]] claim::ReceiptFields fields(std::uint64_t up_to, std::uint64_t from = 0) {
    claim::ReceiptFields all;
    all.device = "dock-7";
    all.chain.fill(1);
    all.processed_up_to = up_to;
    if (up_to > 0 && up_to <= messages().size()) all.payload_hash = hash_of(up_to);
    all.service_time = ++time;
    all.epoch = 1;
    all.from_head = from;
    return all;
  }
  [[nodiscard]] Digest hash_of(std::uint64_t seq) {
    return crypto::Hasher().sha256({claim::parse_message(messages()[seq - 1], claim::MessageType::claim)->payload});
  }

  void answer(const claim::ReceiptFields& all, const Lists& lists = {}) {
    Bytes<4096> payload{};
    const auto length = claim::encode_receipt(all, {lists.refused, lists.granted, lists.changes}, payload);
    if (!length) FAIL(length.error().reason);
    const ByteView view = ByteView(payload).first(*length);
    claim::Signature signature{};
    const crypto::Hasher hasher;
    REQUIRE(service.sign(claim::signature_digest(hasher, claim::MessageType::receipt, service.thumbprint(), view), signature));
    Bytes<4352> message{};
    const auto whole =
        claim::encode_message(claim::MessageType::receipt, service.thumbprint(), std::nullopt, view, signature, message);
    REQUIRE(whole);
    receipts += as_text(ByteView(message).first(*whole));
  }

  const Findings& check(bool partial = false) {
    auto read = ReceiptBook::read(as_bytes(receipts), trust.signers);
    REQUIRE(read);
    book = std::move(*read);
    return verify({.partial = partial, .threads = 1, .receipts = &*book});
  }

  [[nodiscard]] claim::Change change(std::uint64_t number, std::uint64_t seq, Stands standing, std::int64_t mg) const {
    return {number, chain.head().chain, seq, standing, mg, "screening"};
  }

  std::int64_t time = 1'700'000'000;
};

}  // namespace

TEST_CASE("receipts: without any, nothing is said; with them, what no list names was granted as asked") {
  Answered dock;
  CHECK(dock.verify() == Findings{});
  CHECK_FALSE(dock.summary.receipts.has_value());
  dock.answer(dock.fields(6), {{{3, "duplicate", false}, {4, "unknown-root", true}}, {{5, 100}}, {}});
  CHECK(dock.check() == Findings{});
  const ReceiptSums& sums = *dock.summary.receipts;
  CHECK(sums.receipts == 1);
  CHECK(sums.accepted == 3);
  CHECK(sums.granted_mg == 167 + 100 + 167);
  CHECK(sums.refused == 1);
  CHECK(sums.refused_for_now == 1);
  CHECK(sums.held == 0);
  CHECK(sums.unanswered == 4);
}

TEST_CASE("receipts: below what the device had stored, silence means nothing") {
  Answered dock;
  dock.answer(dock.fields(10, 6));
  CHECK(dock.check() == Findings{});
  CHECK(dock.summary.receipts->accepted == 4);
  CHECK(dock.summary.receipts->unanswered == 5);
  dock.answer(dock.fields(8, 1));
  CHECK(dock.check() == Findings{});
  CHECK(dock.summary.receipts->accepted == 9);
}

TEST_CASE("receipts: a later one and changes say what stands, changes in the order of their numbers") {
  Answered dock;
  dock.answer(dock.fields(10), {{{3, "unknown-root", true}}, {}, {dock.change(1, 5, Stands::held, 0)}});
  dock.answer(dock.fields(10, 10),
              {{}, {{3, 167}}, {dock.change(2, 6, Stands::refused, 0), dock.change(3, 5, Stands::accepted, 7)}});
  CHECK(dock.check() == Findings{});
  const ReceiptSums& sums = *dock.summary.receipts;
  CHECK(sums.refused == 1);
  CHECK(sums.refused_for_now == 0);
  CHECK(sums.held == 0);
  CHECK(sums.accepted == 8);
  CHECK(sums.granted_mg == 7 * 167 + 7);
}

TEST_CASE("receipts: a restored ledger forgets what lies behind its head, and its changes begin anew") {
  Answered dock;
  dock.answer(dock.fields(10), {{{9, "duplicate", false}}, {}, {dock.change(1, 3, Stands::held, 0)}});
  claim::ReceiptFields restored = dock.fields(5, 5);
  restored.epoch = 2;
  dock.answer(restored);
  CHECK(dock.check() == Findings{});
  const ReceiptSums& sums = *dock.summary.receipts;
  CHECK(sums.held == 0);
  CHECK(sums.refused == 0);
  CHECK(sums.accepted == 4);
  CHECK(sums.unanswered == 5);
}

TEST_CASE("receipts: claims that the service has and the file lacks at its end are missing") {
  Answered dock;
  claim::ReceiptFields further = dock.fields(8);
  further.head = claim::Place{10, dock.hash_of(10)};
  dock.answer(further);
  dock.messages().resize(7);
  CHECK(dock.check() == Findings{"missing 8-10"});
  CHECK(dock.check(true) == Findings{"missing 8-10"});
}

TEST_CASE("receipts: another payload than the file's at a head is told") {
  Answered dock;
  claim::ReceiptFields other = dock.fields(8);
  other.payload_hash[0] ^= 1;
  dock.answer(other);
  CHECK(dock.check() == Findings{"broken-link 8"});
}

TEST_CASE("receipts: one that no given signer signed says nothing, and what is no receipt is told with its place") {
  Answered dock;
  dock.answer(dock.fields(10));
  const std::size_t first = dock.receipts.size();
  dock.receipts.back() ^= 1;
  dock.answer(dock.fields(4));
  const std::size_t both = dock.receipts.size();
  dock.receipts += "x";
  CHECK(dock.check() == Findings{"bad-signature @0", "malformed @" + std::to_string(both)});
  CHECK(first < both);
  CHECK(dock.summary.receipts->accepted == 3);
  test::TestSigner stranger("service");
  dock.trust.signers = {certificate_of(stranger)};
  CHECK(dock.check().size() == 3);
  CHECK(dock.summary.receipts->receipts == 0);
}

TEST_CASE("receipts: claims that were set apart are not looked for in them") {
  Answered dock;
  claim::ChainHead seventh = dock.chain.head();
  seventh.seq = 7;
  seventh.payload_hash = dock.hash_of(7);
  dock.answer(dock.fields(7));
  dock.chain.restart(2);
  dock.chain.add_start({claim::StartReason::store_went_back, test::predecessor(seventh), {}, 1});
  for (int i = 0; i < 3; ++i) dock.chain.add_ride();
  CHECK(dock.check() == Findings{});
  CHECK(dock.summary.receipts->accepted == 6);
  CHECK(dock.summary.receipts->unanswered == 3);
}

}  // namespace greentill::cli::receipt_book_test
