// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/receipt_book.hpp"

#include <utility>
#include <vector>

namespace greentill::uplink {

void OutboxReceiptBook::apply(ByteView payload, const outbox::Retried& answers,
                              std::function<void(Result<outbox::AppliedReceipt>)> done) {
  queue_.enqueue([this, answers, bytes = std::vector<std::uint8_t>(payload.begin(), payload.end()),
                  done = std::move(done)](outbox::Writer& writer) {
    const auto receipt = claim::parse_receipt(bytes);
    Result<outbox::AppliedReceipt> applied = receipt
                                                 ? writer.apply(*receipt, {clock_.unix_seconds(), answers, rest_.count()})
                                                 : fail(ErrorCode::invalid, std::string("receipt: ") + receipt.error().reason);
    if (applied) heard_(receipt->service_time);
    strand_.post([done, applied = std::move(applied)] { done(applied); });
  });
}

}  // namespace greentill::uplink
