// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/outbox/chain_maker.hpp"
#include "daemon/crypto/hasher.hpp"

#include <doctest/doctest.h>

#include "daemon/claim/message.hpp"
#include "tests/support/test_signer.hpp"

namespace greentill::test {
namespace {

constexpr std::int64_t kFirstSale = 1'760'000'000;

claim::Nullifier nullifier_of(std::uint32_t number) {
  claim::Nullifier made{1, 1, {}};
  made.mac.fill(static_cast<std::uint8_t>(number));
  made.mac[0] = static_cast<std::uint8_t>(number >> 8);
  return made;
}

claim::Reduction reduction(std::uint32_t number, std::int64_t credited_mg) {
  claim::Reduction made;
  made.begin = kFirstSale + number;
  made.end = made.begin + 600;
  made.activity = "ride.bike.shared";
  REQUIRE(made.quantities.push_back({"m.odometer", 2000 + number % 1000}));
  made.methodology = {"ride-bike-shared", 1, {}};
  made.methodology.sha256.fill(7);
  made.estimate_mg = 2 * credited_mg;
  made.credited_mg = credited_mg;
  made.attribution.kind = claim::Attribution::Kind::bearer;
  made.attribution.hash.fill(9);
  REQUIRE(made.nullifiers.push_back(nullifier_of(number)));
  made.plugin_name = "ride";
  made.plugin_version = "0.1.0";
  return made;
}

}  // namespace

outbox::TransactionKey ChainMaker::key(std::uint32_t number) {
  const crypto::Hasher hasher;
  const std::string text = "sale " + std::to_string(number);
  const Digest digest = hasher.sha256({as_bytes(text)});
  outbox::TransactionKey key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

claim::ClaimId ChainMaker::id_of(std::uint64_t seq) {
  claim::ClaimId id{};
  for (std::size_t i = 0; i < 8; ++i) id[i] = static_cast<std::uint8_t>(seq >> (8 * i));
  return id;
}

outbox::NewClaim ChainMaker::next(const claim::Entry& entry, std::optional<claim::ClaimId> id) {
  claim::Claim claim;
  claim.device = "till-1";
  claim.issued_at = kFirstSale;
  claim.seq = head_.seq + 1;
  claim.prev = head_.payload_hash;
  claim.boot = 3;
  claim.uptime_s = claim.seq;
  claim.merchant = "cafe-42";
  claim.site = "main-street";
  claim.entry = entry;
  claim.chain = head_.chain;
  claim.id = id_of(claim.seq);
  claim.id[15] = head_.chain[0];
  if (id) claim.id = *id;

  Bytes<claim::kMaxClaimBytes> payload;
  const auto payload_length = claim::encode_payload(claim, payload);
  REQUIRE(payload_length.ok());
  const ByteView written = ByteView(payload).first(*payload_length);
  head_ = {head_.chain, claim.seq, crypto::Hasher().sha256({written})};
  hashes_.push_back(head_.payload_hash);

  outbox::NewClaim made{claim.seq, std::vector<std::uint8_t>(claim::kMaxClaimBytes)};
  claim::Signature signature;
  signature.fill(static_cast<std::uint8_t>(claim.seq));
  const auto length =
      claim::encode_message(claim::MessageType::claim, Digest{1, 2, 3}, std::nullopt, written, signature, made.message);
  REQUIRE(length.ok());
  made.message.resize(*length);
  made.message.shrink_to_fit();
  return made;
}

outbox::Unit ChainMaker::unit(const claim::Entry& entry) {
  outbox::Unit unit;
  unit.claims.push_back(next(entry));
  unit.head = head_;
  unit.recorded_at = kFirstSale;
  return unit;
}

outbox::Unit ChainMaker::start(std::uint32_t assignment, const std::optional<claim::ChainHead>& before) {
  claim::Start entry;
  entry.assignment = assignment;
  if (before) entry.predecessor = claim::Predecessor{"till-1", before->chain, before->seq, before->payload_hash};
  return unit(entry);
}

outbox::Unit ChainMaker::refund(std::uint32_t number, std::uint64_t of) {
  claim::Reversal reversal;
  REQUIRE(reversal.nullifiers.push_back(nullifier_of(number)));
  reversal.claim = id_of(of);
  (*reversal.claim)[15] = head_.chain[0];
  outbox::Unit refund = unit(reversal);
  refund.side.taken_back.push_back({nullifier_of(number).mac, "", 0, of});
  return refund;
}

outbox::Unit ChainMaker::sale(std::uint32_t number, std::size_t claims, std::int64_t credited_mg) {
  outbox::Unit unit;
  unit.key = key(number);
  for (std::size_t i = 0; i < claims; ++i) {
    unit.claims.push_back(next(reduction(number, credited_mg)));
    unit.totals.push_back({20'000, "ride.bike.shared", 2 * credited_mg, credited_mg});
  }
  if (claims == 0) unit.totals.push_back({20'000, "", 0, 0});
  unit.head = head_;
  unit.recorded_at = kFirstSale + number;
  unit.record = {"till",  "line " + std::to_string(number), "till.csv:" + std::to_string(number), outbox::Fate::claimed, {},
                 unit.key};
  return unit;
}

void ChainMaker::back_to(std::uint64_t seq) {
  hashes_.resize(seq);
  head_ = {head_.chain, seq, hash_at(seq)};
}

claim::ReceiptFields receipt_for(const claim::ChainHead& place, std::uint64_t epoch) {
  claim::ReceiptFields fields;
  fields.device = "till-1";
  fields.chain = place.chain;
  fields.processed_up_to = place.seq;
  fields.payload_hash = place.payload_hash;
  fields.service_time = kFirstSale;
  fields.epoch = epoch;
  return fields;
}

MadeReceipt::MadeReceipt(const claim::ReceiptFields& fields, const claim::ReceiptLists& lists) : payload_(65536) {
  const auto length = claim::encode_receipt(fields, lists, payload_);
  REQUIRE(length.ok());
  payload_.resize(*length);
  const auto receipt = claim::parse_receipt(payload_);
  REQUIRE(receipt.ok());
  receipt_ = *receipt;
}

MadeReceipt::MadeReceipt(const ChainMaker& chain, std::uint64_t processed_up_to, std::uint64_t epoch,
                         const std::vector<claim::Refusal>& refused, const std::vector<claim::Grant>& granted,
                         const ReceiptRest& rest)
    : MadeReceipt(
          [&] {
            claim::ReceiptFields fields = receipt_for(chain.place(processed_up_to), epoch);
            fields.state = rest.state;
            fields.from_head = rest.from_head;
            fields.from_change = rest.from_change;
            fields.head = rest.head;
            fields.come_again_s = rest.come_again_s;
            return fields;
          }(),
          {refused, granted, rest.changes}) {}

Result<outbox::NewClaim> MadeAnew::start(const claim::ChainHead& predecessor,
                                         const std::optional<outbox::ClaimedAssignment>& under) {
  claim::Start entry;
  entry.reason = claim::StartReason::store_went_back;
  entry.assignment = under ? under->number : assignment_;
  if (predecessor.chain != claim::ChainId{}) {
    entry.predecessor = claim::Predecessor{"till-1", predecessor.chain, predecessor.seq, predecessor.payload_hash};
  }
  return chain_.next(entry);
}

Result<outbox::NewClaim> MadeAnew::gap(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) {
  return chain_.next(claim::Gap{chain, first, last, "pruned"});
}

Result<outbox::NewClaim> MadeAnew::anew(const claim::Claim& claim, const claim::Message&,
                                        const std::optional<claim::ClaimId>& of) {
  claim::Entry entry = claim.entry;
  if (auto* reversal = std::get_if<claim::Reversal>(&entry); reversal != nullptr && of) reversal->claim = *of;
  return chain_.next(entry);
}

std::unique_ptr<outbox::Outbox> open_outbox(const std::filesystem::path& path, const std::string& vfs) {
  SilentLog log;
  auto opened = outbox::Outbox::open({.path = path, .vfs = vfs}, log);
  REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
  return std::move(*opened);
}

std::unique_ptr<outbox::Reader> open_reader(outbox::Outbox& outbox) {
  auto reader = outbox.new_reader();
  REQUIRE_MESSAGE(reader.ok(), (reader.ok() ? "" : reader.error().message));
  return std::move(*reader);
}

Status commit(outbox::Writer& writer, std::initializer_list<outbox::Unit> units) {
  std::vector<const outbox::Unit*> pointers;
  for (const outbox::Unit& unit : units) pointers.push_back(&unit);
  return writer.commit(pointers);
}

}  // namespace greentill::test
