// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/track.hpp"

namespace greentill::mds {

void Track::add(std::int64_t time_ms, const plugin::Coordinates& place) {
  const Point point{time_ms, place};
  if (previous_) {
    in_order_ = in_order_ && time_ms >= previous_->time_ms;
    // At most half the globe's girth a step, so that 10^8 points fit.
    length_mm_ += plugin::great_circle_mm(previous_->place, place);
    in_order_ = in_order_ && points_ < 100'000'000;
  }
  if (!first_ || time_ms < first_->time_ms) first_ = point;
  if (!last_ || time_ms >= last_->time_ms) last_ = point;
  previous_ = point;
  ++points_;
}

std::optional<std::int64_t> Track::length_m() const {
  if (points_ < 2 || !in_order_) return std::nullopt;
  return length_mm_ / 1000;
}

std::optional<std::int64_t> Track::between_ends_m() const {
  if (points_ < 2) return std::nullopt;
  return plugin::great_circle_m(first_->place, last_->place);
}

}  // namespace greentill::mds
