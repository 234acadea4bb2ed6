// SPDX-License-Identifier: Apache-2.0
// Makes receipts durable: the outbox's writer applies them, between commits. Threads: apply() on the strand.
#pragma once

#include <cstdint>
#include <functional>

#include "daemon/base/ports.hpp"
#include "daemon/outbox/outbox.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::uplink {

class OutboxReceiptBook final : public ReceiptBook {
 public:
  /// `heard` gets each receipt's time of the service, from the writer's thread. All references must outlive it.
  OutboxReceiptBook(Executor& strand, outbox::WriteQueue& queue, Clock& clock, std::function<void(std::int64_t)> heard)
      : strand_(strand), queue_(queue), clock_(clock), heard_(std::move(heard)) {}
  void apply(ByteView payload, const outbox::Retried& answers, std::function<void(Result<outbox::AppliedReceipt>)> done) override;

 private:
  Executor& strand_;
  outbox::WriteQueue& queue_;
  Clock& clock_;
  const std::function<void(std::int64_t)> heard_;
};

}  // namespace greentill::uplink
