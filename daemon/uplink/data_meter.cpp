// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/data_meter.hpp"

#include <algorithm>
#include <limits>

namespace greentill::uplink {
namespace {

constexpr std::uint64_t kLeastStep = 16u << 10;
constexpr std::uint64_t kMostStep = 256u << 10;
constexpr std::uint64_t kStepsACap = 64;

std::uint64_t step_of(std::uint64_t cap) { return cap == 0 ? kMostStep : std::clamp(cap / kStepsACap, kLeastStep, kMostStep); }

}  // namespace

DataMeter::DataMeter(DataOptions options, Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      step_(step_of(options_.cap)),
      count_(options_.kept),
      kept_(options_.kept),
      limit_(options_.cap),
      next_trial_(clock.monotonic() + kFirstTrial) {}

void DataMeter::carried(std::uint64_t total) {
  if (total <= connection_) return;
  reckon(total - connection_);
  connection_ = total;
}

void DataMeter::reckon(std::uint64_t bytes) {
  count_.bytes += bytes;
  // Half a step early, so that it is kept before it is used.
  if (count_.month == kept_.month && count_.bytes + step_ / 2 <= kept_.bytes) return;
  kept_ = {count_.month, count_.bytes + step_};
  if (options_.book != nullptr) options_.book->keep(kept_);
}

void DataMeter::keep() {
  if (kept_ == count_) return;
  kept_ = count_;
  if (options_.book != nullptr) options_.book->keep(kept_);
}

void DataMeter::look() {
  const auto now = options_.sure_time();
  if (!now) return;
  const std::int32_t month = local_month(*now);
  if (month != count_.month) begin_month(month);
}

/// A later month begins at nothing. An earlier one: what was counted belongs to it, as a time that was not right had begun the
/// other.
void DataMeter::begin_month(std::int32_t month) {
  const bool turned = count_.month != 0 && month > count_.month;
  count_.month = month;
  if (turned) {
    count_.bytes = 0;
    limit_ = options_.cap;
    used_up_ = false;
  }
  reckon(0);
}

bool DataMeter::may_connect() {
  look();
  limit_ = options_.cap;
  if (has_room(kConnecting)) {
    used_up_ = false;
    return true;
  }
  const auto now = clock_.monotonic();
  if (options_.sure_time() || now < next_trial_) return false;
  next_trial_ = now + kBetweenTrials;
  limit_ = std::max(count_.bytes, options_.cap) + kTrial;
  return true;
}

std::uint64_t DataMeter::room() const {
  if (options_.cap == 0) return std::numeric_limits<std::uint64_t>::max();
  return limit_ - std::min(limit_, count_.bytes);
}

DataUse DataMeter::use() const {
  DataUse use{count_, options_.cap, DataStage::free};
  if (options_.cap != 0 && count_.bytes >= options_.cap - options_.cap / 10) use.stage = DataStage::sparing;
  if (used_up_) use.stage = DataStage::used_up;
  return use;
}

}  // namespace greentill::uplink
