// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/main_loop.hpp"

namespace greentill::firmware {
namespace {

constexpr std::uint64_t kTickMs = 1000;

}  // namespace

MainLoop::Next MainLoop::pass(std::uint64_t now_ms) {
  const bool fails = supply_.failing();
  if (fails && !warned_) lock_.power_fails();
  warned_ = fails;
  if (now_ms - last_tick_ms_ < kTickMs) return fails ? Next::wait : Next::listen;
  last_tick_ms_ = now_ms;
  if (!fails) lock_.tick();
  watchdog_.feed();
  if (fails) return Next::wait;
  return updater_ != nullptr && updater_->restart_due(now_ms) ? Next::restart : Next::listen;
}

}  // namespace greentill::firmware
