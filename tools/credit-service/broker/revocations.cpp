// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/revocations.hpp"

#include "tools/common/text.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{1'000};
constexpr std::chrono::milliseconds kAfterRefusal{5'000};

}  // namespace

void Revocations::begin() {
  known_ = false;
  next_look_ = clock_.monotonic();
}

std::optional<std::string> Revocations::due() {
  const std::chrono::milliseconds now = clock_.monotonic();
  if (now < next_look_) return std::nullopt;
  next_look_ = now + kBetweenLooks;
  const auto step = registry_.registry_step();
  if (step && known_ && *step == step_) return std::nullopt;
  auto list = step ? read(*step) : Result<guard::RevokedList>(Failure{step.error()});
  if (!list) {
    complain(list.error().message);
    return std::nullopt;
  }
  step_ = *step;
  const bool is_same = list->devices == list_.devices && list->keys == list_.keys;
  if (known_ && is_same) return std::nullopt;
  if (!is_same) {
    log_.write(LogLevel::info, "worker",
               "the broker is to keep out " + tools::counted(list->devices.size(), "device") + " and " +
                   tools::counted(list->keys.size(), "key"));
  }
  list_ = std::move(*list);
  known_ = false;
  return guard::to_text(list_);
}

void Revocations::answer(const std::string& refusal) {
  known_ = refusal.empty();
  if (known_) return;
  complain(refusal);
  next_look_ = clock_.monotonic() + kAfterRefusal;
}

Result<guard::RevokedList> Revocations::read(std::int64_t step) {
  auto devices = registry_.revoked_devices();
  if (!devices) return Failure{devices.error()};
  const auto keys = registry_.revoked_keys();
  if (!keys) return Failure{keys.error()};
  guard::RevokedList list;
  list.number = step;
  list.devices.insert(devices->begin(), devices->end());
  list.keys.insert(keys->begin(), keys->end());
  return list;
}

void Revocations::complain(const std::string& what) {
  const auto line = complaints_.take("the broker does not know who is revoked: " + what, clock_.monotonic());
  if (line) log_.write(LogLevel::warning, "worker", *line);
}

}  // namespace greentill::credit
