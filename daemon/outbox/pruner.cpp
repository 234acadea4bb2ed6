// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/pruner.hpp"

#include <algorithm>

namespace greentill::outbox {

Pruner::Pruner(Executor& strand, WriteQueue& queue, Clock& clock, Log& log, std::int64_t keep_seconds,
               std::chrono::milliseconds every)
    : strand_(strand), queue_(queue), clock_(clock), log_(log), keep_seconds_(keep_seconds), every_(every) {}

void Pruner::start() {
  strand_.post_after(every_, [this] {
    if (stopped_) return;
    prune(keep_seconds_);
    start();
  });
}

void Pruner::make_room() {
  strand_.post([this] { prune(std::min(keep_seconds_, kKeepWhenFull)); });
}

void Pruner::prune(std::int64_t keep_delivered_seconds) {
  if (stopped_ || under_way_) return;
  under_way_ = true;
  queue_.enqueue([this, keep_delivered_seconds](Writer& writer) {
    const auto sure = sure_now();
    // On a full disk what was delivered has to go by whatever clock there is: the service knows it.
    const bool for_room = keep_delivered_seconds < keep_seconds_;
    const std::int64_t now = sure.value_or(for_room ? clock_.unix_seconds() : 0);
    const auto pruned = writer.prune({now - keep_delivered_seconds, sure.value_or(0) - keep_seconds_}, kAtOnce);
    if (!pruned) log_.write(LogLevel::warning, "outbox", "cannot prune: " + pruned.error().message);
    const bool more = pruned && *pruned >= kAtOnce;
    strand_.post([this, keep_delivered_seconds, more] { after_round(keep_delivered_seconds, more); });
  });
}

void Pruner::heard(std::int64_t service_time) {
  service_offset_ = service_time - std::chrono::duration_cast<std::chrono::seconds>(clock_.monotonic()).count();
}

std::optional<std::int64_t> Pruner::sure_now() const {
  const std::int64_t shown = clock_.unix_seconds();
  if (clock_.synchronised()) return shown;
  const std::int64_t offset = service_offset_;
  if (offset == kNever) return std::nullopt;
  return std::min(shown, offset + std::chrono::duration_cast<std::chrono::seconds>(clock_.monotonic()).count());
}

void Pruner::after_round(std::int64_t keep_delivered_seconds, bool more) {
  under_way_ = false;
  if (more) prune(keep_delivered_seconds);
}

}  // namespace greentill::outbox
