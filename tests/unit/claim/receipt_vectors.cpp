// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/claim/receipt_samples.hpp"
#include "tests/unit/claim/vectors.hpp"

namespace greentill::test {
namespace {

using namespace claim;

ListedReceipt answer(const ChainHead& up_to, ChainStanding state = ChainStanding::open) {
  ListedReceipt receipt;
  receipt.fields.device = "dock-17";
  receipt.fields.chain = up_to.chain;
  receipt.fields.processed_up_to = up_to.seq;
  receipt.fields.payload_hash = up_to.payload_hash;
  receipt.fields.service_time = 1'767'400'000;
  receipt.fields.epoch = 1;
  receipt.fields.state = state;
  return receipt;
}

ListedReceipt usual(const ChainHead& first) {
  ListedReceipt receipt = answer(first);
  receipt.fields.from_head = 2;
  receipt.fields.from_change = 45;
  receipt.refused = {{7, "too-many-reversals", true}, {8, "unknown-key-version", true}};
  receipt.granted = {{3, 199'680}, {4, 0}, {5, 150'000}};
  receipt.changes = {{46, first.chain, 2, Stands::accepted, 64'000, "taken-back"},
                     {47, first.chain, 5, Stands::held, 0, "ceiling-device"}};
  return receipt;
}

}  // namespace

std::vector<Vector> make_receipt_vectors(const ChainHead& first, const ChainHead& third_claim, const ChainHead& last) {
  std::vector<Vector> vectors;
  const auto add = [&](std::string name, std::string shows, const ListedReceipt& receipt) {
    vectors.push_back({std::move(name), std::move(shows), MessageType::receipt, std::nullopt, receipt_payload(receipt)});
  };
  add("receipt", "an open chain up to its end: refusals, grants, changes of earlier claims", usual(first));

  ListedReceipt part = answer(third_claim);
  part.fields.head = Place{first.seq, first.payload_hash};
  add("receipt-short", "it goes no further than the refusal that it has no room for", part);
  add("receipt-no-chain", "the answer to an empty batch where the ledger knows no chain", answer({}));
  add("receipt-waiting", "a start that waits for the chain before it", answer({last.chain, 0, {}}, ChainStanding::waiting));
  add("receipt-probation", "a chain on probation", answer(last, ChainStanding::on_probation));

  ListedReceipt held = answer(last, ChainStanding::held);
  held.fields.come_again_s = 3600;
  held.changes = {{1, last.chain, 2, Stands::refused, 0, "dismissed"},
                  {2, first.chain, 3, Stands::accepted, 199'680, "decided-anew"}};
  add("receipt-held", "a held chain, a dismissed claim and a duplicate that was decided anew; come again in an hour", held);

  ListedReceipt other = answer({first.chain, 0, {}}, ChainStanding::closed);
  other.fields.head = Place{first.seq, first.payload_hash};
  add("receipt-other-chain", "the answer for another chain than was asked about: nothing but its state and its head", other);
  return vectors;
}

}  // namespace greentill::test
