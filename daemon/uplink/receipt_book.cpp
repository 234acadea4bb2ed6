// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/receipt_book.hpp"

#include <utility>
#include <vector>

#include "daemon/claim/message.hpp"

namespace greentill::uplink {
namespace {

Result<claim::Receipt, claim::Fault> read(ByteView bytes) {
  const auto message = claim::parse_message(bytes, claim::MessageType::receipt);
  if (!message) return Failure{message.error()};
  return claim::parse_receipt(message->payload);
}

}  // namespace

void OutboxReceiptBook::apply(ByteView message, const outbox::Retried& answers,
                              std::function<void(Result<outbox::AppliedReceipt>)> done) {
  queue_.enqueue([this, answers, bytes = std::vector<std::uint8_t>(message.begin(), message.end()),
                  done = std::move(done)](outbox::Writer& writer) {
    const auto receipt = read(bytes);
    Result<outbox::AppliedReceipt> applied = receipt
                                                 ? writer.apply(*receipt, {clock_.unix_seconds(), answers, rest_.count(), bytes})
                                                 : fail(ErrorCode::invalid, std::string("receipt: ") + receipt.error().reason);
    if (applied) heard_(receipt->service_time);
    strand_.post([done, applied = std::move(applied)] { done(applied); });
  });
}

}  // namespace greentill::uplink
