// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/window.hpp"

#include <algorithm>

#include "daemon/base/backoff.hpp"

namespace greentill::uplink {

void Window::restart(std::uint64_t delivered) {
  if (!flying_.empty()) ++setbacks_;
  flying_.clear();
  delivered_ = delivered;
  next_ = delivered + 1;
}

void Window::restart(const claim::ChainId& chain, std::uint64_t delivered) {
  if (chain != chain_) highest_sent_ = 0;
  chain_ = chain;
  restart(delivered);
}

bool Window::open() const { return flying_.size() < (setbacks_ == 0 ? limits_.batches : 1); }

bool Window::sent(std::uint64_t last, Time now) {
  const bool again = next_ <= highest_sent_;
  if (flying_.empty()) progress_ = now;
  flying_.push_back(last);
  next_ = last + 1;
  highest_sent_ = std::max(highest_sent_, last);
  return again;
}

bool Window::processed(std::uint64_t up_to, Time now) {
  if (up_to <= delivered_) return false;
  delivered_ = up_to;
  while (!flying_.empty() && flying_.front() <= up_to) flying_.pop_front();
  next_ = std::max(next_, up_to + 1);
  progress_ = now;
  setbacks_ = 0;
  return true;
}

std::optional<Window::Time> Window::deadline() const {
  if (flying_.empty()) return std::nullopt;
  return progress_ + doubled(limits_.timeout, setbacks_, std::max(limits_.timeout, limits_.timeout_max));
}

}  // namespace greentill::uplink
