// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/diagnosis.hpp"

#include <utility>

namespace greentill::uplink {
namespace {

constexpr std::chrono::milliseconds kLimit{5'000};

}  // namespace

Diagnosis::~Diagnosis() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard guard(state_->mutex);
    state_->cancelled = true;
    // The system's resolver cannot be interrupted, so the thread is left alone: it uses only `state` when it comes back.
    if (state_->resolving) thread_.detach();
  }
  if (thread_.joinable()) thread_.join();
}

void Diagnosis::start(const probe::Target& target, std::function<void(const std::string&, std::uint64_t)> done) {
  thread_ = std::thread([state = state_, target, done = std::move(done)] {
    const auto addresses = probe::resolve(target.address);
    {
      const std::lock_guard guard(state->mutex);
      if (state->cancelled) return;
      state->resolving = false;
    }
    std::uint64_t carried = 0;
    const std::string cause =
        addresses ? probe::find_cause(target, *addresses, kLimit, state->cancelled, &carried) : addresses.error().message;
    if (!state->cancelled) done(cause, carried);
  });
}

}  // namespace greentill::uplink
