// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/common_bundle.hpp"

#include <mutex>

#include "daemon/base/calendar.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/enrol/asking.hpp"
#include "daemon/enrol/bundle_fetch.hpp"

namespace greentill::enrol {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBundleLimit = std::chrono::seconds(60);
// So long before its end it is asked for again under its own number, so that it does not end where the service is there.
constexpr std::int64_t kBundleRenewedBefore = 30 * kSecondsADay;

Result<CommonBundle> checked_bundle(const SettingsMeans& means, const crypto::Certificate& own, std::string text,
                                    const std::optional<std::int64_t>& server_time, milliseconds limit,
                                    const std::atomic<bool>& cancelled) {
  auto bundle = read_common(std::move(text));
  if (!bundle) return bundle;
  Signers signers(means.slots, means.server);
  const auto check_signed = [&](const claim::KeyedMessage& message) { return signers.check(message, own, limit, cancelled); };
  const auto checked = check_bundle(bundle->message, check_signed, server_time, means.clock);
  if (!checked) return Failure{checked.error()};
  return bundle;
}

class ThreadBundle final : public AskingKeeper<BundleKeeper> {
 public:
  ThreadBundle(Options options, Log& log) : AskingKeeper(std::move(options), "methodologies", log) {
    asking_.start([this] { return look(); });
  }
  ~ThreadBundle() override { asking_.end(); }

  void came(std::string message) override {
    {
      const std::lock_guard lock(mutex_);
      came_ = std::move(message);
    }
    asking_.wake();
  }

 private:
  /// How long to rest then.
  milliseconds look() {
    std::optional<std::string> brought;
    {
      const std::lock_guard lock(mutex_);
      brought.swap(came_);
    }
    if (brought) {
      auto bundle = is_older(*brought) ? Result<CommonBundle>(fail(ErrorCode::conflict, ""))
                                       : check_common(means(), std::move(*brought), kBundleLimit, asking_.ended());
      if (!bundle && bundle.error().code == ErrorCode::conflict) return asking_.well();  // the one in use, or an older one
      if (!bundle)
        return asking_.failed("what the broker keeps as the programme's methodologies is not taken: " + bundle.error().message);
      return take(std::move(*bundle));
    }
    if (std::string why = options_.put_off(); !why.empty()) return asking_.put_off(std::move(why));
    const bool ends = options_.expires_at() - kBundleRenewedBefore < options_.means.clock.unix_seconds();
    auto fetched = fetch_common(means(), ends ? 0 : options_.number(), kBundleLimit, asking_.ended());
    if (asking_.ended()) return milliseconds(0);
    if (!fetched && fetched.error().code == ErrorCode::not_found) return asking_.well();  // this programme signs none
    if (!fetched) return asking_.failed("the programme's methodologies could not be asked for: " + fetched.error().message);
    if (!*fetched) return asking_.well();
    options_.used((*fetched)->message.size());
    return take(std::move(**fetched));
  }

  [[nodiscard]] SettingsMeans means() const {
    return {options_.place.get().beside_est(), options_.means.slots, options_.means.vault, options_.means.clock};
  }

  /// Whether it says nothing new, whoever signed it.
  [[nodiscard]] bool is_older(const std::string& message) const {
    const auto bundle = read_common(message);
    return bundle && !is_newer(*bundle);
  }
  [[nodiscard]] bool is_newer(const CommonBundle& bundle) const {
    const std::uint64_t had = options_.number();
    return bundle.number > had || (bundle.number == had && bundle.expires_at > options_.expires_at());
  }

  milliseconds take(CommonBundle bundle) {
    const std::string name = "the programme's methodologies number " + std::to_string(bundle.number);
    const std::uint64_t had = options_.number();
    if (bundle.number < had) {
      return asking_.failed(name + " are the service's latest, and this device has number " + std::to_string(had) +
                            ": was its registry restored from a backup?");
    }
    if (!is_newer(bundle)) return asking_.well();
    const bool is_same = bundle.number == had;
    if (Status adopted = options_.adopt(std::move(bundle)); !adopted) {
      return asking_.failed(name + " were not adopted: " + adopted.error().message);
    }
    if (!is_same) log_.write(LogLevel::info, "methodologies", name + " are in use");
    return asking_.well();
  }

  std::mutex mutex_;
  std::optional<std::string> came_;
};

}  // namespace

Result<CommonBundle> read_common(std::string text) {
  const auto message = claim::parse_keyed_message(as_bytes(text), claim::MessageType::bundle);
  if (!message) return fail(ErrorCode::invalid, std::string("the common bundle cannot be read: ") + message.error().reason);
  const auto bundle = claim::parse_bundle(message->payload);
  if (!bundle) return fail(ErrorCode::invalid, std::string("the common bundle cannot be read: ") + bundle.error().reason);
  if (bundle->device)
    return fail(ErrorCode::denied, "the bundle is the device " + std::string(*bundle->device) + "'s, and not for all");
  CommonBundle read{{}, bundle->number, bundle->holds_from, bundle->expires_at, {bundle->content.begin(), bundle->content.end()}};
  read.message = std::move(text);
  return read;
}

Result<CommonBundle> check_common(const SettingsMeans& means, std::string message, milliseconds limit,
                                  const std::atomic<bool>& cancelled) {
  const auto own = read_own_files(means.slots);
  if (!own) return Failure{own.error()};
  return checked_bundle(means, own->certificate, std::move(message), std::nullopt, limit, cancelled);
}

Result<std::optional<CommonBundle>> fetch_common(const SettingsMeans& means, std::uint64_t had, milliseconds limit,
                                                 const std::atomic<bool>& cancelled) {
  const auto own = read_own_files(means.slots);
  if (!own) return Failure{own.error()};
  const std::string operation = "methodologies/" + std::to_string(had);
  const EstRequest request{.operation = operation, .anchors = own->anchors};
  auto reply = ask_for_bundle(means, request, "this service signs no methodologies", limit, cancelled);
  if (!reply) return Failure{reply.error()};
  if (!*reply) return std::optional<CommonBundle>();
  HttpAnswer& answer = (*reply)->http;
  auto bundle = checked_bundle(means, own->certificate, std::move(answer.body), answer.date, limit, cancelled);
  if (!bundle) return Failure{bundle.error().with_context(means.server.shown)};
  return std::optional(std::move(*bundle));
}

std::unique_ptr<BundleKeeper> BundleKeeper::start(Options options, Log& log) {
  return std::make_unique<ThreadBundle>(std::move(options), log);
}

}  // namespace greentill::enrol
