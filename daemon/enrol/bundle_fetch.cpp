// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/bundle_fetch.hpp"

#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"

namespace greentill::enrol {
namespace {

constexpr std::size_t kMostOwnFileBytes = 256u << 10;

Failure<Error> unread(const claim::Fault& fault) {
  return fail(ErrorCode::invalid, std::string("its bundle cannot be read: ") + fault.reason);
}

Status check_end(const claim::Bundle& bundle, const std::optional<std::int64_t>& server_time, const Clock& clock) {
  const bool ours_is_kept = clock.synchronised() && !clock_fault(clock);
  const std::int64_t now = ours_is_kept ? clock.unix_seconds() : server_time.value_or(bundle.made_at);
  if (bundle.expires_at > now) return Done{};
  return fail(ErrorCode::denied, "the bundle number " + std::to_string(bundle.number) + " was to be adopted before " +
                                     utc_text(bundle.expires_at) + ", and " + (ours_is_kept ? "this device's" : "the service's") +
                                     " clock shows " + utc_text(now));
}

}  // namespace

Result<OwnFiles> read_own_files(const identity::Slots& slots) {
  auto pem = read_file(slots.current_certificate(), kMostOwnFileBytes);
  if (!pem) return Failure{pem.error()};
  auto certificate = crypto::Certificate::leaf_from(*pem);
  if (!certificate) return Failure{certificate.error()};
  auto anchors = read_file(slots.anchors(), kMostOwnFileBytes);
  if (!anchors) return Failure{anchors.error()};
  return OwnFiles{std::move(*pem), std::move(*certificate), std::move(*anchors)};
}

Result<std::optional<EstReply>> ask_for_bundle(const SettingsMeans& means, const EstRequest& request, const char* none,
                                               std::chrono::milliseconds limit, const std::atomic<bool>& cancelled) {
  auto reply = ask(means.server, request, limit, cancelled);
  if (!reply) return Failure{reply.error()};
  const std::string& shown = means.server.shown;
  if (Status dated = check_server_dates(*reply, means.clock); !dated) return Failure{dated.error().with_context(shown)};
  if (reply->http.status == 204) return std::optional<EstReply>();
  if (reply->http.status == 404) return fail(ErrorCode::not_found, shown + ": " + none);
  if (!reply->http.ok()) return Failure{error_of(reply->http).with_context(shown)};
  return std::optional(std::move(*reply));
}

Result<claim::Bundle> check_bundle(std::string_view message,
                                   const std::function<Status(const claim::KeyedMessage&)>& check_signed,
                                   const std::optional<std::int64_t>& server_time, const Clock& clock) {
  const auto keyed = claim::parse_keyed_message(as_bytes(message), claim::MessageType::bundle);
  if (!keyed) return unread(keyed.error());
  if (Status good = check_signed(*keyed); !good) return Failure{good.error()};
  const auto bundle = claim::parse_bundle(keyed->payload);
  if (!bundle) return unread(bundle.error());
  if (Status lasts = check_end(*bundle, server_time, clock); !lasts) return Failure{lasts.error()};
  return *bundle;
}

}  // namespace greentill::enrol
