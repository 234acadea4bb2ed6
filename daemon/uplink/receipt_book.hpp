// SPDX-License-Identifier: Apache-2.0
// Makes receipts durable: the outbox's writer applies them, between commits. Threads: apply() on the strand; the work on the
// thread that has the writer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "daemon/base/ports.hpp"
#include "daemon/outbox/outbox.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::uplink {

class OutboxReceiptBook final : public ReceiptBook {
 public:
  /// `rest`: how long claims that are refused for now rest at first. `heard` is called with the service's time of each receipt
  /// that was stored, on the thread that has the writer. All references must outlive the book and the queue's work.
  OutboxReceiptBook(Executor& strand, outbox::WriteQueue& queue, Clock& clock, std::chrono::seconds rest,
                    std::function<void(std::int64_t)> heard)
      : strand_(strand), queue_(queue), clock_(clock), rest_(rest), heard_(std::move(heard)) {}
  /// As ReceiptBook::apply(). Errors: those of outbox::Writer::apply(), and invalid where the message is no receipt.
  void apply(ByteView message, const outbox::Retried& answers, std::function<void(Result<outbox::AppliedReceipt>)> done) override;

 private:
  Executor& strand_;
  outbox::WriteQueue& queue_;
  Clock& clock_;
  const std::chrono::seconds rest_;
  const std::function<void(std::int64_t)> heard_;
};

}  // namespace greentill::uplink
