// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/diagnosis.hpp"

#include <utility>

#include "daemon/crypto/secret.hpp"

namespace greentill::uplink {
namespace {

constexpr std::chrono::milliseconds kLimit{5'000};
constexpr std::chrono::milliseconds kLookLimit{20'000};

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

void Diagnosis::run(const probe::Target& target,
                    std::function<void(const Result<probe::Addresses>&, const std::atomic<bool>&)> work) {
  thread_ = std::thread([state = state_, address = target.address, work = std::move(work)] {
    const auto addresses = probe::resolve(address);
    {
      const std::lock_guard guard(state->mutex);
      if (state->cancelled) return;
      state->resolving = false;
    }
    work(addresses, state->cancelled);
  });
}

void Diagnosis::start(const probe::Target& target, std::function<void(const std::string&, std::uint64_t)> done) {
  run(target, [target, done = std::move(done)](const Result<probe::Addresses>& addresses, const std::atomic<bool>& cancelled) {
    std::uint64_t carried = 0;
    const std::string cause =
        addresses ? probe::find_cause(target, *addresses, kLimit, cancelled, &carried) : addresses.error().message;
    if (!cancelled) done(cause, carried);
  });
}

void Diagnosis::look(const probe::Target& target, std::function<void(const probe::Finding&)> done) {
  run(target, [target, done = std::move(done)](const Result<probe::Addresses>& addresses, const std::atomic<bool>& cancelled) {
    const crypto::WipeFreed wiping;  // OpenSSL reads the key by its path
    const probe::Finding finding = addresses ? probe::look(target, *addresses, kLookLimit, cancelled)
                                             : probe::Finding{probe::Stage::connect, addresses.error().message};
    if (!cancelled) done(finding);
  });
}

}  // namespace greentill::uplink
