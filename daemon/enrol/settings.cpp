// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/settings.hpp"

#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/enrol/asking.hpp"
#include "daemon/enrol/bundle_end.hpp"

namespace greentill::enrol {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostOwnPemBytes = 256u << 10;
constexpr milliseconds kSettingsLimit = std::chrono::seconds(60);

class Fetch {
 public:
  Fetch(const SettingsMeans& means, milliseconds limit, const std::atomic<bool>& cancelled)
      : means_(means), limit_(limit), cancelled_(cancelled), signers_(means.slots, means.server) {}

  Result<std::optional<FetchedSettings>> run(std::uint64_t had) {
    const auto reply = ask_for(had);
    if (!reply) return Failure{reply.error()};
    if (Status dated = check_server_dates(*reply, means_.clock); !dated) return Failure{dated.error().with_context(shown())};
    if (reply->http.status == 204) return std::optional<FetchedSettings>();
    if (reply->http.status == 404) return fail(ErrorCode::not_found, shown() + ": this service gives no settings");
    if (!reply->http.ok()) return Failure{error_of(reply->http).with_context(shown())};
    auto fetched = read(*reply, had);
    if (!fetched) return Failure{fetched.error().with_context(shown())};
    return std::optional(std::move(*fetched));
  }

 private:
  [[nodiscard]] const std::string& shown() const { return means_.server.shown; }

  Result<EstReply> ask_for(std::uint64_t had) {
    const auto key = means_.vault.read(means_.slots.current_key(), identity::kDeviceKeyName);
    if (!key) return Failure{key.error()};
    const auto pem = read_file(means_.slots.current_certificate(), kMostOwnPemBytes);
    if (!pem) return Failure{pem.error()};
    auto own = crypto::Certificate::leaf_from(*pem);
    if (!own) return Failure{own.error()};
    own_ = std::move(*own);
    const auto anchors = read_file(means_.slots.anchors(), kMostOwnPemBytes);
    if (!anchors) return Failure{anchors.error()};
    if (Status ready = signers_.prepare(*own_, limit_, cancelled_); !ready) return Failure{ready.error()};
    const std::string operation = "settings/" + std::to_string(had);
    return ask(means_.server, {.operation = operation, .anchors = *anchors, .certificate = *pem, .key = key->text()}, limit_,
               cancelled_);
  }

  Result<FetchedSettings> read(const EstReply& reply, std::uint64_t had) {
    const auto message = claim::parse_keyed_message(as_bytes(reply.http.body), claim::MessageType::bundle);
    if (!message) return fail(ErrorCode::invalid, std::string("its bundle cannot be read: ") + message.error().reason);
    if (Status good = signers_.check(*message, *own_, limit_, cancelled_); !good) return Failure{good.error()};
    const auto bundle = claim::parse_bundle(message->payload);
    if (!bundle) return fail(ErrorCode::invalid, std::string("its bundle cannot be read: ") + bundle.error().reason);
    if (bundle->number <= had) {
      return fail(ErrorCode::denied,
                  "the bundle number " + std::to_string(bundle->number) + " is no newer than what this device has");
    }
    if (Status lasts = check_end(*bundle, reply.http.date, means_.clock); !lasts) return Failure{lasts.error()};
    return settings_of(*bundle, own_->common_name());
  }

  const SettingsMeans& means_;
  const milliseconds limit_;
  const std::atomic<bool>& cancelled_;
  Signers signers_;
  std::optional<crypto::Certificate> own_;
};

class ThreadSettings final : public SettingsKeeper {
 public:
  ThreadSettings(Options options, Log& log)
      : options_(std::move(options)), log_(log), asking_({options_.every, options_.floor}, "settings", options_.random, log) {
    asking_.start([this] { return look(); });
  }
  ~ThreadSettings() override { asking_.end(); }

  void look_now() override { asking_.wake(); }
  [[nodiscard]] std::string words() const override { return asking_.words(); }

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

  const Options options_;
  Log& log_;
  Asking asking_;  // last member: its thread uses the others
};

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
  return Fetch(means, limit, cancelled).run(had);
}

std::unique_ptr<SettingsKeeper> SettingsKeeper::start(Options options, Log& log) {
  return std::make_unique<ThreadSettings>(std::move(options), log);
}

}  // namespace greentill::enrol
