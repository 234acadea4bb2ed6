// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/common_bundle.hpp"

#include <mutex>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/enrol/asking.hpp"
#include "daemon/enrol/bundle_end.hpp"

namespace greentill::enrol {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostAnchorBytes = 256u << 10;
constexpr milliseconds kBundleLimit = std::chrono::seconds(60);
// So long before its end it is asked for again under its own number, so that it does not end where the service is there.
constexpr std::int64_t kBundleRenewedBefore = 30 * kSecondsADay;

Result<crypto::Certificate> certificate_in_use(const SettingsMeans& means) {
  const auto pem = read_file(means.slots.current_certificate(), kMostAnchorBytes);
  if (!pem) return Failure{pem.error()};
  return crypto::Certificate::leaf_from(*pem);
}

Result<CommonBundle> checked_bundle(const SettingsMeans& means, const crypto::Certificate& own, std::string text,
                                    const std::optional<std::int64_t>& server_time, milliseconds limit,
                                    const std::atomic<bool>& cancelled) {
  auto bundle = read_common(std::move(text));
  if (!bundle) return bundle;
  const auto message = claim::parse_keyed_message(as_bytes(bundle->message), claim::MessageType::bundle);
  if (!message) return fail(ErrorCode::bug, "a bundle that was read cannot be read");
  Signers signers(means.slots, means.server);
  if (Status good = signers.check(*message, own, limit, cancelled); !good) return Failure{good.error()};
  const auto said = claim::parse_bundle(message->payload);
  if (!said) return fail(ErrorCode::bug, "a bundle that was read cannot be read");
  if (Status lasts = check_end(*said, server_time, means.clock); !lasts) return Failure{lasts.error()};
  return bundle;
}

class ThreadBundle final : public BundleKeeper {
 public:
  ThreadBundle(Options options, Log& log)
      : options_(std::move(options)),
        log_(log),
        asking_({options_.every, options_.floor}, "methodologies", options_.random, log) {
    asking_.start([this] { return look(); });
  }
  ~ThreadBundle() override { asking_.end(); }

  void look_now() override { asking_.wake(); }
  [[nodiscard]] std::string words() const override { return asking_.words(); }
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

  const Options options_;
  Log& log_;
  std::mutex mutex_;
  std::optional<std::string> came_;
  Asking asking_;  // last member: its thread uses the others
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
  const auto own = certificate_in_use(means);
  if (!own) return Failure{own.error()};
  return checked_bundle(means, *own, std::move(message), std::nullopt, limit, cancelled);
}

Result<std::optional<CommonBundle>> fetch_common(const SettingsMeans& means, std::uint64_t had, milliseconds limit,
                                                 const std::atomic<bool>& cancelled) {
  const auto own = certificate_in_use(means);
  if (!own) return Failure{own.error()};
  const auto anchors = read_file(means.slots.anchors(), kMostAnchorBytes);
  if (!anchors) return Failure{anchors.error()};
  const std::string operation = "methodologies/" + std::to_string(had);
  const auto reply = ask(means.server, {.operation = operation, .anchors = *anchors}, limit, cancelled);
  if (!reply) return Failure{reply.error()};
  const std::string& shown = means.server.shown;
  if (Status dated = check_server_dates(*reply, means.clock); !dated) return Failure{dated.error().with_context(shown)};
  if (reply->http.status == 204) return std::optional<CommonBundle>();
  if (reply->http.status == 404) return fail(ErrorCode::not_found, shown + ": this service signs no methodologies");
  if (!reply->http.ok()) return Failure{error_of(reply->http).with_context(shown)};
  auto bundle = checked_bundle(means, *own, reply->http.body, reply->http.date, limit, cancelled);
  if (!bundle) return Failure{bundle.error().with_context(shown)};
  return std::optional(std::move(*bundle));
}

std::unique_ptr<BundleKeeper> BundleKeeper::start(Options options, Log& log) {
  return std::make_unique<ThreadBundle>(std::move(options), log);
}

}  // namespace greentill::enrol
