// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/claim/receipt_samples.hpp"

#include <stdexcept>

namespace greentill::test {

using claim::ChainStanding;
using claim::Stands;

ListedReceipt sample_receipt() {
  ListedReceipt receipt;
  receipt.fields.device = "dock-17";
  receipt.fields.chain = counted<8>(0x40);
  receipt.fields.processed_up_to = 9;
  receipt.fields.payload_hash = counted<32>(0x20);
  receipt.fields.service_time = 1700000100;
  receipt.fields.epoch = 1;
  receipt.fields.state = ChainStanding::on_probation;
  receipt.fields.from_head = 2;
  receipt.fields.from_change = 45;
  receipt.fields.head = claim::Place{12, counted<32>(0x21)};
  receipt.fields.come_again_s = 3600;
  receipt.refused = {{3, "duplicate", false}, {7, "unknown-methodology", true}};
  receipt.granted = {{2, 201234}, {4, 0}, {9, -5}};
  receipt.changes = {{46, counted<8>(0x40), 2, Stands::accepted, 128000, "taken-back"},
                     {47, counted<8>(0x50), 30, Stands::held, 0, "ceiling-device"},
                     {48, counted<8>(0x40), 12, Stands::refused, 0, "dismissed"}};
  return receipt;
}

Result<std::size_t, claim::Fault> encode(const ListedReceipt& receipt, MutableBytes out) {
  return claim::encode_receipt(receipt.fields, {receipt.refused, receipt.granted, receipt.changes}, out);
}

Buffer receipt_payload(const ListedReceipt& receipt) {
  Buffer out(65536);
  const auto size = encode(receipt, out);
  if (!size) throw std::logic_error(size.error().reason);
  out.resize(*size);
  return out;
}

ListedReceipt listed(const claim::Receipt& receipt) {
  ListedReceipt found{receipt, {}, {}, {}};
  receipt.for_each_refused([&](const claim::Refusal& refusal) { found.refused.push_back(refusal); });
  receipt.for_each_granted([&](const claim::Grant& grant) { found.granted.push_back(grant); });
  receipt.for_each_change([&](const claim::Change& change) { found.changes.push_back(change); });
  const bool all = found.refused.size() == receipt.refused_count() && found.granted.size() == receipt.granted_count() &&
                   found.changes.size() == receipt.change_count();
  if (!all) throw std::logic_error("a list is not walked to its end");
  return found;
}

}  // namespace greentill::test
