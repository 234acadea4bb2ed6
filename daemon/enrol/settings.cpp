// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/settings.hpp"

#include <algorithm>

#include "daemon/base/moment.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/enrol/asking.hpp"
#include "daemon/enrol/bundle_fetch.hpp"

namespace greentill::enrol {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSettingsLimit = std::chrono::seconds(60);

class ThreadSettings final : public AskingKeeper<SettingsKeeper> {
 public:
  ThreadSettings(Options options, Log& log) : AskingKeeper(std::move(options), "settings", log) {
    asking_.start([this] { return look(); });
  }
  ~ThreadSettings() override { asking_.end(); }

 private:
  /// How long to rest then.
  milliseconds look() {
    if (std::string why = options_.put_off(); !why.empty()) return asking_.put_off(std::move(why));
    std::string not_moved;
    auto fetched = fetch(not_moved);
    if (asking_.ended()) return milliseconds(0);
    const milliseconds rest = take(std::move(fetched));
    return not_moved.empty() ? rest : asking_.failed(std::move(not_moved));
  }

  /// From where the service is meant to be, where it answers there; else from where it answered last. `not_moved`: why it is not
  /// where it is meant to be.
  Result<std::optional<FetchedSettings>> fetch(std::string& not_moved) {
    SettingsMeans means = options_.means;
    if (const auto wanted = options_.place.wanted()) {
      means.server = wanted->beside_est();
      auto fetched = fetch_settings(means, options_.number(), kSettingsLimit, asking_.ended());
      const Status moved = fetched ? options_.place.answered(*wanted) : Status(Failure{fetched.error()});
      if (moved) log_.write(LogLevel::info, "settings", "the service is at " + wanted->shown + " from now on");
      if (moved || asking_.ended()) return fetched;
      not_moved = "the service that the settings name, " + wanted->shown + ", is not to be used yet: " + moved.error().message +
                  "; going on with " + options_.place.get().shown;
    }
    means.server = options_.place.get().beside_est();
    return fetch_settings(means, options_.number(), kSettingsLimit, asking_.ended());
  }

  milliseconds take(Result<std::optional<FetchedSettings>> fetched) {
    if (!fetched && fetched.error().code == ErrorCode::not_found) return asking_.well();  // this service hands none out
    if (!fetched) return asking_.failed("the registry's settings could not be asked for: " + fetched.error().message);
    if (!*fetched) return asking_.well();
    const std::string number = std::to_string((*fetched)->settings.number);
    const std::int64_t left = (*fetched)->holds_from - options_.means.clock.unix_seconds();
    if (left > 0) {
      log_.write(LogLevel::info, "settings",
                 "the settings number " + number + " hold from " + utc_text((*fetched)->holds_from) + " on");
      return asking_.well(std::min<milliseconds>(std::chrono::seconds(left), options_.every));
    }
    if (Status adopted = options_.adopt(std::move(**fetched)); !adopted) {
      return asking_.failed("the registry's settings number " + number + " were not adopted: " + adopted.error().message);
    }
    log_.write(LogLevel::info, "settings", "the settings number " + number + " are in use");
    return options_.place.wanted() ? asking_.well(milliseconds(0)) : asking_.well();  // which is tried at once
  }
};

Result<FetchedSettings> newer_settings(const claim::Bundle& bundle, std::uint64_t had, std::string_view device) {
  if (bundle.number > had) return settings_of(bundle, device);
  return fail(ErrorCode::denied, "the bundle number " + std::to_string(bundle.number) + " is no newer than what this device has");
}

}  // namespace

Result<FetchedSettings> settings_of(const claim::Bundle& bundle, std::string_view device) {
  const std::string number = std::to_string(bundle.number);
  if (!bundle.device || *bundle.device != device) {
    return fail(ErrorCode::denied, "the bundle number " + number + " is " +
                                       (bundle.device ? "the device " + std::string(*bundle.device) + "'s" : "for all"));
  }
  auto settings = identity::parse_settings(as_text(bundle.content), "the settings number " + number);
  if (!settings) return Failure{settings.error()};
  if (Status ours = identity::check_settings_of(*settings, device); !ours) return Failure{ours.error()};
  if (settings->number != bundle.number) return fail(ErrorCode::invalid, "the bundle's number is not that of its settings");
  return FetchedSettings{std::move(*settings), crypto::Secret(bundle.content), bundle.holds_from};
}

Result<std::optional<FetchedSettings>> fetch_settings(const SettingsMeans& means, std::uint64_t had, milliseconds limit,
                                                      const std::atomic<bool>& cancelled) {
  const auto key = means.vault.read(means.slots.current_key(), identity::kDeviceKeyName);
  if (!key) return Failure{key.error()};
  const auto own = read_own_files(means.slots);
  if (!own) return Failure{own.error()};
  Signers signers(means.slots, means.server);
  if (Status ready = signers.prepare(own->certificate, limit, cancelled); !ready) return Failure{ready.error()};
  const std::string operation = "settings/" + std::to_string(had);
  const EstRequest request{.operation = operation, .anchors = own->anchors, .certificate = own->pem, .key = key->text()};
  const auto reply = ask_for_bundle(means, request, "this service gives no settings", limit, cancelled);
  if (!reply) return Failure{reply.error()};
  if (!*reply) return std::optional<FetchedSettings>();
  const HttpAnswer& answer = (*reply)->http;
  const auto check_signed = [&](const claim::KeyedMessage& message) {
    return signers.check(message, own->certificate, limit, cancelled);
  };
  const auto bundle = check_bundle(answer.body, check_signed, answer.date, means.clock);
  auto fetched =
      bundle ? newer_settings(*bundle, had, own->certificate.common_name()) : Result<FetchedSettings>(Failure{bundle.error()});
  if (!fetched) return Failure{fetched.error().with_context(means.server.shown)};
  return std::optional(std::move(*fetched));
}

std::unique_ptr<SettingsKeeper> SettingsKeeper::start(Options options, Log& log) {
  return std::make_unique<ThreadSettings>(std::move(options), log);
}

}  // namespace greentill::enrol
