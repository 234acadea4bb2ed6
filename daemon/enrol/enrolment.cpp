// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/enrolment.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include "daemon/base/backoff.hpp"
#include "daemon/base/base32.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/base64.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/key_maker.hpp"

namespace greentill::enrol {
namespace {

using identity::Slot;

constexpr std::chrono::milliseconds kSlice{50};
constexpr std::size_t kMostCodeBytes = 100;
constexpr std::size_t kMostFileBytes = 256u << 10;

/// Which of the typed groups differ where most of them agree: then something was mistyped, and it is no other server.
std::string mistyped(std::string_view typed, const std::string& right) {
  const auto digits = plain_base32(typed);
  const std::string grouped = digits ? in_fours(*digits) : std::string();
  if (grouped.size() != right.size()) return ". A fingerprint has 32 digits in eight groups, or 64 hexadecimal digits";
  std::string wrong;
  int count = 0;
  for (std::size_t i = 0; i * 5 < right.size(); ++i) {
    if (grouped.substr(i * 5, 4) == right.substr(i * 5, 4)) continue;
    wrong += (wrong.empty() ? "" : ", ") + std::to_string(i + 1);
    ++count;
  }
  return count <= 2 ? ". Most groups are right: look at group " + wrong + " again" : std::string();
}

class Enrolment {
 public:
  Enrolment(const EnrolmentOptions& options, const Means& means)
      : options_(options),
        means_(means),
        files_(means.slots),
        began_(means.clock.monotonic()),
        pauses_(options.least_pause, options.longest_pause) {}

  Result<Enrolled> run() {
    if (Status ready = means_.slots.prepare(); !ready) return Failure{ready.error()};
    const auto lock = means_.slots.lock();
    if (!lock) return Failure{lock.error()};
    auto there = in_use(means_.slots);
    if (!there) return Failure{there.error()};
    if (*there && (*there)->common_name() != options_.device) {
      return fail(ErrorCode::conflict, means_.slots.folder().string() + ": is the identity of the device '" +
                                           (*there)->common_name() + "', and '" + options_.device +
                                           "' was to be enrolled; another device needs a folder of its own");
    }
    if (*there && (*there)->not_after() >= means_.clock.unix_seconds()) return finish(std::move(**there), true);
    const auto spare = means_.slots.spare();
    if (!spare) return Failure{spare.error()};
    slot_ = *spare;
    for (const auto step : {&Enrolment::take_up, &Enrolment::have_key, &Enrolment::have_anchors}) {
      if (Status done = (this->*step)(); !done) return Failure{done.error()};
    }
    auto taken = stored_certificate();
    if (!taken) taken = fetch_certificate();
    if (!taken) return Failure{taken.error()};
    if (Status promoted = means_.slots.promote(slot_); !promoted) return Failure{promoted.error()};
    return finish(std::move(*taken), false);
  }

 private:
  /// Goes on with what an earlier run left, or begins.
  Status take_up() {
    auto left = files_.load();
    if (!left) return Failure{left.error()};
    if (*left && (*left)->device == options_.device && (*left)->server == options_.server.shown) {
      state_ = std::move(**left);
      means_.person.tell("going on with the enrolment that was begun before");
      return Done{};
    }
    begins_anew_ = left->has_value();
    // The former state goes last: until there is another key, a run that is cut off here begins anew as well.
    if (Status dropped = begins_anew_ ? files_.drop_code() : Status(Done{}); !dropped) return dropped;
    state_ = {options_.server.shown, options_.device, {}};
    return Done{};
  }

  Status have_key() {
    const auto used = means_.slots.current();
    if (!used) return Failure{used.error()};
    const bool renews = used->has_value();
    const auto path = renews ? means_.slots.current_key() : means_.slots.key(slot_);
    auto stored = means_.vault.read(path, identity::kDeviceKeyName);
    if (!stored && (renews || stored.error().code != ErrorCode::not_found)) return Failure{stored.error()};
    // A code is bound to the first key that comes with it: what was begun for another device or server leaves its key behind.
    const bool usable = stored && !stored->text().empty() && (renews || !begins_anew_);
    auto key = usable ? std::move(stored) : crypto::make_device_key(means_.random);
    if (!key) return Failure{key.error()};
    const auto hash = crypto::key_hash_of(key->text());
    if (!hash) return Failure{hash.error().with_context(path.string())};
    key_hash_ = *hash;
    key_ = std::move(*key);
    if (!usable) means_.person.tell("making this device's key; it never leaves the device");
    if (!usable || (renews && !holds_key(slot_))) {
      if (Status written = means_.slots.store_key(slot_, means_.vault, key_.view(), means_.random); !written) return written;
    }
    return files_.store(state_);
  }

  [[nodiscard]] bool holds_key(Slot slot) const {
    const auto key = means_.vault.read(means_.slots.key(slot), identity::kDeviceKeyName);
    const auto hash = key ? crypto::key_hash_of(key->text()) : Result<Digest>(Failure{key.error()});
    return hash && *hash == key_hash_;
  }

  Status have_anchors() {
    if (!state_.anchors.empty()) {
      auto stored = read_file(means_.slots.anchors(), kMostFileBytes);
      const auto ders = stored ? crypto::ders_of(*stored) : Result<std::vector<crypto::CertificateDer>>(Failure{stored.error()});
      if (ders && to_hex(digest_of(*ders)) == state_.anchors) {
        anchors_ = std::move(*stored);
        return Done{};
      }
    }
    means_.person.tell("asking " + options_.server.shown + " for the operator's authorities");
    auto reply = ask_patiently({.operation = "cacerts"});
    if (!reply) return Failure{reply.error()};
    auto all = read_certificates(reply->http.body);
    if (!all) return Failure{all.error().with_context(options_.server.shown)};
    return confirm(*all);
  }

  Status confirm(const std::vector<crypto::CertificateDer>& all) {
    const Digest digest = digest_of(all);
    const auto typed = means_.person.fingerprint();
    if (!typed) return Failure{typed.error()};
    if (!crypto::is_fingerprint(*typed, digest)) {
      const std::string shown = crypto::fingerprint_of(digest);
      return fail(ErrorCode::denied, "the server's authorities have the fingerprint " + shown + ", and " +
                                         std::string(trimmed(*typed)).substr(0, 80) + " was given" + mistyped(*typed, shown) +
                                         ". Otherwise this is another server than the operator's, and nothing was sent to it");
    }
    auto pem = crypto::pem_of_all(all);
    if (!pem) return Failure{pem.error()};
    if (Status written = write_file_durably(means_.slots.anchors(), *pem, 0644); !written) return written;
    anchors_ = std::move(*pem);
    state_.anchors = to_hex(digest);
    means_.person.tell("the fingerprint is right: this is the operator's server");
    return files_.store(state_);
  }

  /// What an earlier run wrote before it was cut off.
  Result<crypto::Certificate> stored_certificate() {
    const auto pem = read_file(means_.slots.certificate(slot_), kMostFileBytes);
    if (!pem) return Failure{pem.error()};
    const auto ders = crypto::ders_of(*pem);
    if (!ders) return Failure{ders.error()};
    auto taken = take_certificate(*ders, {options_.device, key_hash_, anchors_, std::nullopt});
    if (!taken) return Failure{taken.error()};
    if (taken->certificate.not_after() < means_.clock.unix_seconds()) return fail(ErrorCode::denied, "it has ended");
    return std::move(taken->certificate);
  }

  Result<crypto::Certificate> fetch_certificate() {
    auto code = have_code();
    if (!code) return Failure{code.error()};
    const auto request = crypto::make_request(key_.text(), options_.device);
    if (!request) return Failure{request.error()};
    const std::string body = crypto::to_base64(*request);
    means_.person.tell("asking for a certificate for '" + options_.device + "'; the key's fingerprint is " +
                       crypto::fingerprint_of(key_hash_));
    auto reply = ask_patiently(
        {.operation = "simpleenroll", .body = body, .user = options_.device, .password = code->text(), .anchors = anchors_});
    if (!reply) {
      if (refused_) {
        if (Status dropped = files_.drop_code(); !dropped) return Failure{dropped.error()};
      }
      return Failure{reply.error()};
    }
    return keep(*reply);
  }

  Result<crypto::Certificate> keep(const EstReply& reply) {
    clock_words_ = clock_words(reply.http.date, means_.clock);
    const auto answered = read_certificates(reply.http.body);
    if (!answered) return Failure{answered.error().with_context(options_.server.shown)};
    auto taken = take_certificate(*answered, {options_.device, key_hash_, anchors_, reply.http.date});
    if (!taken) return Failure{taken.error()};
    if (Status stored = means_.slots.store_certificate(slot_, taken->pem); !stored) return Failure{stored.error()};
    return std::move(taken->certificate);
  }

  Result<crypto::Secret> have_code() {
    auto kept = files_.load_code(means_.vault);
    if (!kept) return Failure{kept.error()};
    if (*kept) return std::move(**kept);
    auto given = means_.person.code();
    if (!given) return Failure{given.error()};
    const std::string_view code = trimmed(given->text());
    if (code.empty() || code.size() > kMostCodeBytes || code.find_first_of("\r\n") != std::string_view::npos) {
      return fail(ErrorCode::invalid, "that is no code: it is one line of at most 100 characters");
    }
    crypto::Secret plain(as_bytes(code));
    if (Status stored = files_.store_code(means_.vault, plain.view(), means_.random); !stored) return Failure{stored.error()};
    return plain;
  }

  /// Asks again for as long as the patience lasts where that may help. Only a 200 is an answer.
  Result<EstReply> ask_patiently(const EstRequest& request) {
    for (;;) {
      std::int64_t told_wait_s = 0;
      Result<EstReply> reply = ask_once(request, told_wait_s);
      if (reply || reply.error().code != ErrorCode::unavailable || means_.cancelled) return reply;
      const auto pause = std::max(pauses_.next(means_.random), std::chrono::milliseconds(told_wait_s * 1000));
      const auto left = began_ + options_.patience - means_.clock.monotonic();
      if (left <= std::chrono::milliseconds(0) || pause > left) return reply;
      if (reply.error().message != told_) {
        told_ = reply.error().message;
        means_.person.tell(told_ + "; trying again for " + span_text(left.count() / 1000));
      }
      if (!wait(pause)) return reply;
    }
  }

  Result<EstReply> ask_once(const EstRequest& request, std::int64_t& told_wait_s) {
    auto reply = ask(options_.server, request, options_.request_limit, means_.cancelled);
    if (!reply) return reply;
    told_wait_s = reply->http.retry_after_s.value_or(0);
    if (!request.anchors.empty()) {
      if (Status dated = check_server_dates(*reply, means_.clock); !dated) return Failure{dated.error()};
    }
    if (reply->http.status == 200) return reply;
    refused_ = reply->http.status == 401 || reply->http.status == 403;
    return Failure{error_of(reply->http).with_context(options_.server.shown)};
  }

  [[nodiscard]] bool wait(std::chrono::milliseconds pause) const {
    const auto end = means_.clock.monotonic() + pause;
    while (!means_.cancelled && means_.clock.monotonic() < end) std::this_thread::sleep_for(kSlice);
    return !means_.cancelled;
  }

  Result<Enrolled> finish(crypto::Certificate certificate, bool was_already) {
    if (Status dropped = files_.drop(); !dropped) return Failure{dropped.error()};
    return Enrolled{std::move(certificate), was_already, clock_words_};
  }

  const EnrolmentOptions& options_;
  const Means& means_;
  StateFiles files_;
  std::chrono::milliseconds began_;
  Backoff pauses_;
  EnrolmentState state_;
  bool begins_anew_ = false;
  bool refused_ = false;
  Slot slot_ = Slot::a;
  crypto::Secret key_;
  Digest key_hash_{};
  std::string anchors_;
  std::string told_;
  std::optional<std::string> clock_words_;
};

}  // namespace

Result<std::optional<crypto::Certificate>> in_use(const identity::Slots& slots) {
  const auto used = slots.current();
  if (!used) return Failure{used.error()};
  if (!*used) return std::optional<crypto::Certificate>();
  const auto pem = read_file(slots.current_certificate(), kMostFileBytes);
  if (!pem) return Failure{pem.error()};
  auto certificate = crypto::Certificate::leaf_from(*pem);
  if (!certificate) return Failure{certificate.error().with_context(slots.current_certificate().string())};
  return std::optional(std::move(*certificate));
}

Result<Enrolled> enrol(const EnrolmentOptions& options, const Means& means) { return Enrolment(options, means).run(); }

}  // namespace greentill::enrol
