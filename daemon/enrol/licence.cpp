// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/licence.hpp"

#include <mutex>
#include <utility>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/claim/dock_licence.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/enrol/asking.hpp"
#include "daemon/enrol/bundle_fetch.hpp"

namespace greentill::enrol {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLicenceLimit = std::chrono::seconds(60);

class ThreadLicence final : public AskingKeeper<LicenceKeeper> {
 public:
  ThreadLicence(Options options, Log& log) : AskingKeeper(std::move(options), "licence", log) {
    asking_.start([this] { return look(); });
  }
  ~ThreadLicence() override { asking_.end(); }

  Result<Licence> get() override {
    auto kept = read_kept();
    if (kept) return kept;
    if (kept.error().code == ErrorCode::denied) look_for_new_key();
    const std::string why = asking_.words();
    return fail(ErrorCode::unavailable, why.empty() ? "this device's licence is being asked for" : why);
  }

 private:
  Result<Licence> read_kept() {
    const auto own = read_own_files(options_.means.slots);
    if (!own) return Failure{own.error()};
    const auto message = read_file(options_.means.slots.licence(), claim::kMaxDockLicenceBytes);
    return message ? read_licence(*message, own->certificate) : Result<Licence>(Failure{message.error()});
  }

  /// The device has another key by now: for that it is asked once out of turn.
  void look_for_new_key() {
    const auto own = read_own_files(options_.means.slots);
    if (!own) return;
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(looked_for_, own->certificate.key_hash()) == own->certificate.key_hash()) return;
    }
    asking_.wake();
  }

  /// How long to rest then.
  milliseconds look() {
    const auto kept = read_kept();
    if (kept && !is_due(*kept)) return asking_.well();
    if (std::string why = options_.put_off(); !why.empty()) return asking_.put_off(std::move(why));
    const SettingsMeans means{options_.place.get().beside_est(), options_.means.slots, options_.means.vault,
                              options_.means.clock};
    const auto fetched = fetch_licence(means, kLicenceLimit, asking_.ended());
    if (asking_.ended()) return milliseconds(0);
    if (!fetched) return asking_.failed("this device has no new licence for locks: " + fetched.error().message);
    if (Status written = write_file_durably(means.slots.licence(), as_text(fetched->message)); !written) {
      return asking_.failed("this device's licence for locks cannot be kept: " + written.error().message);
    }
    log_.write(LogLevel::info, "licence", "this device's licence for locks holds until " + utc_text(fetched->expires_at));
    return asking_.well();
  }

  /// From the half of its life on, and by a clock that is far from it.
  [[nodiscard]] bool is_due(const Licence& licence) const {
    const std::int64_t now = options_.means.clock.unix_seconds();
    return now >= licence.issued_at + (licence.expires_at - licence.issued_at) / 2 || now < licence.issued_at - kSecondsADay;
  }

  std::mutex mutex_;
  Digest looked_for_{};  ///< the hash of a key
};

}  // namespace

Result<Licence> read_licence(std::string_view text, const crypto::Certificate& own) {
  const auto message = claim::parse_keyed_message(as_bytes(text), claim::MessageType::dock_licence);
  if (!message) return fail(ErrorCode::invalid, std::string("the licence cannot be read: ") + message.error().reason);
  const auto licence = claim::parse_dock_licence(message->payload);
  if (!licence) return fail(ErrorCode::invalid, std::string("the licence cannot be read: ") + licence.error().reason);
  if (licence->device != own.common_name()) {
    return fail(ErrorCode::denied, "the licence is the device " + std::string(licence->device) + "'s");
  }
  if (claim::public_key_hash(crypto::hasher(), licence->key) != own.key_hash()) {
    return fail(ErrorCode::denied, "the licence is for another key than this device has");
  }
  return Licence{{text.begin(), text.end()}, licence->issued_at, licence->expires_at, own.key_hash()};
}

Result<Licence> fetch_licence(const SettingsMeans& means, milliseconds limit, const std::atomic<bool>& cancelled) {
  const auto key = means.vault.read(means.slots.current_key(), identity::kDeviceKeyName);
  if (!key) return Failure{key.error()};
  const auto own = read_own_files(means.slots);
  if (!own) return Failure{own.error()};
  Signers signers(means.slots, means.server);
  if (Status ready = signers.prepare(own->certificate, limit, cancelled); !ready) return Failure{ready.error()};
  const EstRequest request{.operation = "licence", .anchors = own->anchors, .certificate = own->pem, .key = key->text()};
  const auto reply = ask_for_bundle(means, request, "this service gives no licences", limit, cancelled);
  if (!reply) return Failure{reply.error()};
  if (!*reply) return fail(ErrorCode::invalid, means.server.shown + ": it answers with nothing");
  const std::string& body = (*reply)->http.body;
  auto licence = read_licence(body, own->certificate);
  if (!licence) return Failure{licence.error().with_context(means.server.shown)};
  const auto message = claim::parse_keyed_message(as_bytes(body), claim::MessageType::dock_licence);
  if (Status good = signers.check(*message, own->certificate, limit, cancelled); !good) {
    return Failure{good.error().with_context(means.server.shown)};
  }
  return licence;
}

std::unique_ptr<LicenceKeeper> LicenceKeeper::start(Options options, Log& log) {
  return std::make_unique<ThreadLicence>(std::move(options), log);
}

}  // namespace greentill::enrol
