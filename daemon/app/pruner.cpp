// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/pruner.hpp"

#include <algorithm>

namespace greentill::app {

Pruner::Pruner(Executor& strand, Pipeline& pipeline, Clock& clock, Log& log, std::int64_t keep_seconds,
               std::chrono::milliseconds every)
    : strand_(strand), pipeline_(pipeline), clock_(clock), log_(log), keep_seconds_(keep_seconds), every_(every) {}

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
  pipeline_.enqueue_write([this, keep_delivered_seconds](outbox::Writer& writer) {
    const std::int64_t now = clock_.unix_seconds();
    const auto pruned = writer.prune({now - keep_delivered_seconds, now - keep_seconds_}, kAtOnce);
    if (!pruned) log_.write(LogLevel::warning, "outbox", "cannot prune: " + pruned.error().message);
    const bool more = pruned && *pruned >= kAtOnce;
    strand_.post([this, keep_delivered_seconds, more] { after_round(keep_delivered_seconds, more); });
  });
}

void Pruner::after_round(std::int64_t keep_delivered_seconds, bool more) {
  under_way_ = false;
  if (more) prune(keep_delivered_seconds);
}

}  // namespace greentill::app
