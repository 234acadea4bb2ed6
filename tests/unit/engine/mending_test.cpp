// SPDX-License-Identifier: Apache-2.0
// Claims that were refused for ever are replaced where they come out otherwise now.
#include <doctest/doctest.h>

#include <fstream>
#include <numeric>
#include <sstream>

#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine::mending_test {
namespace {

using test::ClaimAt;
using test::Device;
using test::ride;

const std::filesystem::path kShipped = std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/methodologies";

/// The shared bike's methodology with `was` replaced, alone in a folder.
std::filesystem::path methodologies(const test::TempDir& folder, const std::string& was, const std::string& is) {
  std::ostringstream text;
  text << std::ifstream(kShipped / "gt-ride-bike-shared-1.toml").rdbuf();
  std::string changed = text.str();
  const auto at = changed.find(was);
  REQUIRE(at != std::string::npos);
  changed.replace(at, was.size(), is);
  const std::filesystem::path own = folder.path() / "methodologies";
  std::filesystem::create_directories(own);
  std::ofstream(own / "bike.toml") << changed;
  return own;
}

std::unique_ptr<Device> device(const test::TempDir& folder, const std::filesystem::path& library, unsigned assignment = 1) {
  return std::make_unique<Device>(folder.path(), test::settings_with(test::root_text(1, "r"), assignment), true, library);
}

event::TransactionAnswer answer_of(Device& device, const event::Transaction& transaction) {
  auto answer = device.submit(transaction).get();
  REQUIRE_MESSAGE(answer.ok(), (answer.ok() ? "" : answer.error().message));
  return *answer;
}

/// The service has processed the chain up to its head, and refuses those claims.
void refuse(Device& device, const std::vector<std::uint64_t>& seqs, std::string_view reason, std::uint64_t epoch = 1) {
  const auto chain = device.reader().chain().value();
  claim::ReceiptFields fields;
  fields.device = "device-1";
  fields.chain = chain->head.chain;
  fields.processed_up_to = chain->head.seq;
  fields.payload_hash = chain->head.payload_hash;
  fields.epoch = epoch;
  fields.from_head = chain->epoch == epoch ? chain->delivered_seq : 0;
  std::vector<claim::Refusal> refused;
  for (const std::uint64_t seq : seqs) refused.push_back({seq, reason, false});
  std::vector<std::uint8_t> buffer(65'536);
  const auto length = claim::encode_receipt(fields, {refused, {}, {}}, buffer);
  REQUIRE(length.ok());
  const auto receipt = claim::parse_receipt(ByteView(buffer).first(*length));
  REQUIRE(receipt.ok());
  std::promise<std::string> applied;
  device.engine().committer().enqueue([&](outbox::Writer& writer) {
    const auto taken = writer.apply(*receipt, {.now = 1'760'001'000});
    applied.set_value(taken ? "" : taken.error().message);
  });
  REQUIRE(applied.get_future().get() == "");
}

}  // namespace

TEST_CASE("mending: a claim with wrong amounts is claimed anew by the methodology that is right, and known under both") {
  const test::TempDir folder;
  std::int64_t wrong_mg = 0;
  {
    const auto before = device(folder, methodologies(folder, "relative = \"0.02\"", "relative = \"0.001\""));
    wrong_mg = answer_of(*before, ride("1")).claims[0].credited_mg;
    answer_of(*before, ride("2"));
    refuse(*before, {2}, "wrong-arithmetic");
    before->engine().mend_refused();
    CHECK(test::check_chain(before->reader()) == 3);  // by the same methodology it comes out as it was
  }
  const auto after = device(folder, kShipped);
  after->engine().mend_refused();
  CHECK(test::check_chain(after->reader()) == 4);
  const ClaimAt was(after->reader(), 2);
  const ClaimAt is(after->reader(), 4);
  const auto& mended = is.as<claim::Reduction>();
  const auto& refused = was.as<claim::Reduction>();
  CHECK(mended.replaces == was.claim.id);
  CHECK(is.claim.id != was.claim.id);
  CHECK(is.claim.issued_at == was.claim.issued_at);
  CHECK(test::list_of(mended.nullifiers) == test::list_of(refused.nullifiers));
  CHECK(mended.quantities.begin()->value == 2043);
  CHECK(mended.credited_mg < wrong_mg);
  CHECK(mended.methodology.sha256 != refused.methodology.sha256);
  CHECK(was.stored->anew->seq == 4);
  CHECK(is.stored->sale->till == was.stored->sale->till);
  CHECK(is.stored->delivery == outbox::Delivery::waiting);
  // The day's sums are those of the claims that count.
  const auto totals = after->reader().totals(0).value();
  CHECK(totals.back().claims == 2);
  CHECK(totals.back().credited_mg == wrong_mg + mended.credited_mg);

  // Who reports it again, or takes it back, means the new one.
  const auto again = answer_of(*after, ride("1"));
  CHECK(again.repeated);
  CHECK(again.claims[0].id == is.claim.id);
  const auto refunded = answer_of(*after, test::taking_back(ride("1"), "refund", "1"));
  REQUIRE(refunded.reversals.size() == 1);
  CHECK(refunded.reversals[0].of_seq == 4);

  after->engine().mend_refused();
  CHECK(test::check_chain(after->reader()) == 5);  // once
}

TEST_CASE("mending: a refused claim is pruned behind the one in its place, and not before") {
  const test::TempDir folder;
  const auto one = device(folder, kShipped);
  answer_of(*one, ride("1"));
  refuse(*one, {2}, "bad-signature");
  one->engine().mend_refused();
  answer_of(*one, ride("2"));
  const auto prune = [&one] {
    std::promise<std::size_t> pruned;
    one->engine().committer().enqueue([&](outbox::Writer& writer) {
      pruned.set_value(writer.prune({INT64_MAX, 0}, 100).value());
    });
    return pruned.get_future().get();
  };
  CHECK(prune() == 1);  // the chain's start
  CHECK(one->reader().claim(2).value().has_value());
  refuse(*one, {}, "");  // all that waited is accepted
  CHECK(prune() == 1);
  CHECK_FALSE(one->reader().claim(3).value().has_value());
  CHECK(prune() == 1);
  CHECK_FALSE(one->reader().claim(2).value().has_value());
  CHECK(prune() == 0);
}

TEST_CASE("mending: what was taken back of a refused claim is taken back of the one in its place") {
  const test::TempDir folder;
  {
    const auto before = device(folder, methodologies(folder, "relative = \"0.02\"", "relative = \"0.001\""));
    answer_of(*before, ride("1"));
    answer_of(*before, test::taking_back(ride("1"), "refund", "1"));
    refuse(*before, {2}, "wrong-arithmetic");
  }
  const auto after = device(folder, kShipped);
  after->engine().mend_refused();
  const ClaimAt is(after->reader(), 4);
  const auto taken = after->reader().taken_back(is.as<claim::Reduction>().nullifiers.begin()->mac).value();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].of_seq == 4);
}

TEST_CASE("mending: a claim whose signature was refused is signed again, once") {
  const test::TempDir folder;
  const auto one = device(folder, kShipped);
  const auto claimed = answer_of(*one, ride("1"));
  refuse(*one, {2}, "bad-signature");
  one->engine().mend_refused();
  REQUIRE(test::check_chain(one->reader()) == 3);
  CHECK(ClaimAt(one->reader(), 3).as<claim::Reduction>().replaces == claimed.claims[0].id);
  CHECK(ClaimAt(one->reader(), 3).as<claim::Reduction>().credited_mg == claimed.claims[0].credited_mg);
  refuse(*one, {3}, "bad-signature");
  one->engine().mend_refused();
  CHECK(test::check_chain(one->reader()) == 3);
}

TEST_CASE("mending: other refusals, other acts, another assignment and a full disk leave claims as they are") {
  const test::TempDir folder;
  const auto wrong = methodologies(folder, "relative = \"0.02\"", "relative = \"0.001\"");
  {
    const auto before = device(folder, wrong);
    answer_of(*before, ride("1"));
    refuse(*before, {2}, "duplicate");
  }
  SUBCASE("another reason") {
    const auto after = device(folder, kShipped);
    after->engine().mend_refused();
    CHECK(test::check_chain(after->reader()) == 2);
  }
  SUBCASE("another methodology than the one that the claim names, of which nobody knows which act it counts") {
    const auto other = methodologies(folder, "id = \"gt-ride-bike-shared\"", "id = \"other\"");
    const auto after = device(folder, other);
    refuse(*after, {2}, "wrong-arithmetic", 2);
    after->engine().mend_refused();
    CHECK(test::check_chain(after->reader()) == 2);
  }
  SUBCASE("an assignment that was left") {
    {
      const auto before = device(folder, wrong);
      refuse(*before, {2}, "wrong-arithmetic", 2);
    }
    const auto after = device(folder, kShipped, 2);
    after->engine().mend_refused();
    CHECK(test::check_chain(after->reader()) == 1);
  }
  SUBCASE("a full disk: the next call does it") {
    const auto after = device(folder, kShipped);
    refuse(*after, {2}, "wrong-arithmetic", 2);
    after->writer().full = true;
    after->engine().mend_refused();
    CHECK(after->log().count("claims that were refused are not replaced: the disk is full") == 1);
    after->writer().full = false;
    after->engine().mend_refused();
    CHECK(test::check_chain(after->reader()) == 3);
  }
}

TEST_CASE("mending: more than are read at once, each with its own") {
  const test::TempDir folder;
  constexpr int kMany = 150;
  {
    const auto before = device(folder, methodologies(folder, "relative = \"0.02\"", "relative = \"0.001\""));
    for (int i = 0; i < kMany; ++i) answer_of(*before, ride(std::to_string(i), 2000 + i));
    std::vector<std::uint64_t> seqs(kMany);
    std::iota(seqs.begin(), seqs.end(), 2);
    refuse(*before, seqs, "wrong-arithmetic");
  }
  const auto after = device(folder, kShipped);
  after->engine().mend_refused();
  REQUIRE(test::check_chain(after->reader()) == 1 + 2 * kMany);
  for (std::uint64_t seq = 2; seq < 2 + kMany; ++seq) {
    const ClaimAt was(after->reader(), seq);
    const ClaimAt is(after->reader(), seq + kMany);
    CHECK(is.as<claim::Reduction>().replaces == was.claim.id);
    CHECK(is.as<claim::Reduction>().quantities.begin()->value == was.as<claim::Reduction>().quantities.begin()->value);
  }
  CHECK(after->log().count("claims that the service refused for good and that come out otherwise now: 150;") == 1);
}

}  // namespace greentill::engine::mending_test
