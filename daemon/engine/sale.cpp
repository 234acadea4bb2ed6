// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/sale.hpp"

#include "daemon/event/card_mask.hpp"

namespace greentill::engine {
namespace {

// As plugins write it in front of what they hashed (plugins/common/values/ids.cpp).
constexpr std::string_view kHash = "sha256:";

}  // namespace

outbox::Sale sale_of(const event::Transaction& transaction) {
  outbox::Sale sale{transaction.till, transaction.receipt_number, transaction.begin};
  if (sale.till.empty()) sale.till = transaction.issuer;
  if (sale.receipt_number.empty() && transaction.event_id.find(kHash) == std::string::npos) {
    sale.receipt_number = transaction.event_id;
  }
  event::mask_card_numbers(sale.till);
  event::mask_card_numbers(sale.receipt_number);
  return sale;
}

}  // namespace greentill::engine
