// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/verify/methodologies.hpp"

#include "tools/credit-service/registry/methodologies.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::milliseconds kBetweenPublishedLooks{1'000};

}  // namespace

void Methodologies::look() {
  const std::chrono::milliseconds now = clock_.monotonic();
  if (step_ >= 0 && now - looked_at_ < kBetweenPublishedLooks) return;
  looked_at_ = now;
  const auto step = registry_.registry_step();
  if (step && *step == step_) return;
  const Status published = step ? publish_into(library_, registry_, hasher_) : Status(Failure{step.error()});
  if (published) {
    step_ = *step;
  } else if (const auto line = complaints_.take(published.error().message, now)) {
    log_.write(LogLevel::error, "methodologies", *line);
  }
}

}  // namespace greentill::credit
