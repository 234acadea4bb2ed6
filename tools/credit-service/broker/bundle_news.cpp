// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/bundle_news.hpp"

#include "daemon/claim/bundle.hpp"
#include "daemon/claim/keyed_message.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::milliseconds kBetweenBundleLooks{1'000};
constexpr std::chrono::milliseconds kRetainedComes{2'000};  // behind the subscription
constexpr std::chrono::milliseconds kAfterBundleRefusal{5'000};

}  // namespace

void BundleNews::begin() {
  step_ = -1;
  kept_.set({});
  next_look_ = clock_.monotonic() + kRetainedComes;
}

void BundleNews::heard(const std::string& text) {
  const auto message = claim::parse_keyed_message(as_bytes(text), claim::MessageType::bundle);
  const auto bundle = message ? claim::parse_bundle(message->payload) : claim::parse_bundle({});
  if (bundle) kept_.set({bundle->number, bundle->expires_at});
}

std::optional<std::string> BundleNews::due() {
  const std::chrono::milliseconds now = clock_.monotonic();
  if (source_ == nullptr || now < next_look_) return std::nullopt;
  next_look_ = now + kBetweenBundleLooks;
  const auto step = registry_.registry_step();
  const std::int64_t made_at = BundleDates(clock_.unix_seconds()).made_at;
  if (step && *step == step_ && made_at == dates_) return std::nullopt;
  const auto bundle = step ? source_->common_bundle() : Result<SignedBundle>(Failure{step.error()});
  if (!bundle) {
    complain(bundle.error().message);
    return std::nullopt;
  }
  step_ = *step;
  dates_ = made_at;
  const Kept kept = kept_.get();
  if (kept.number > bundle->number) {
    complain("it has number " + std::to_string(kept.number) + ", and the registry's latest is number " +
             std::to_string(bundle->number) + ": was the registry restored from a backup without its file of changes?");
    return std::nullopt;
  }
  if (kept.number == bundle->number && kept.expires_at >= bundle->expires_at) return std::nullopt;
  sent_ = {bundle->number, bundle->expires_at};
  return bundle->message;
}

void BundleNews::answer(const std::string& refusal) {
  if (refusal.empty()) {
    kept_.set(sent_);
    log_.write(LogLevel::info, "worker", "the broker has the methodologies number " + std::to_string(sent_.number));
    return;
  }
  complain(refusal);
  step_ = -1;
  next_look_ = clock_.monotonic() + kAfterBundleRefusal;
}

void BundleNews::complain(const std::string& what) {
  const auto line = complaints_.take("the broker does not have the programme's methodologies: " + what, clock_.monotonic());
  if (line) log_.write(LogLevel::warning, "worker", *line);
}

}  // namespace greentill::credit
