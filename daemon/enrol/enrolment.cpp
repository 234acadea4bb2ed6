// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/enrolment.hpp"

#include <algorithm>
#include <thread>

#include "daemon/base/backoff.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/enrol/begun.hpp"
#include "daemon/enrol/request.hpp"

namespace greentill::enrol {
namespace {

constexpr std::chrono::milliseconds kSlice{50};

class Enrolment {
 public:
  Enrolment(const EnrolmentOptions& options, const Means& means)
      : options_(options),
        means_(means),
        begun_(means),
        began_(means.clock.monotonic()),
        pauses_(options.least_pause, options.longest_pause) {}

  Result<Enrolled> run() {
    if (Status opened = begun_.open(); !opened) return Failure{opened.error()};
    const auto in_service = begun_.in_service(options_.device);
    if (!in_service) return Failure{in_service.error()};
    if (*in_service) return begun_.finish(*begun_.in_use(), true, {});
    if (Status taken = begun_.take_up(options_.device, options_.server.shown); !taken) return Failure{taken.error()};
    if (Status key = begun_.have_key(); !key) return Failure{key.error()};
    if (Status anchors = have_anchors(); !anchors) return Failure{anchors.error()};
    auto taken = begun_.stored_certificate();
    if (!taken) taken = fetch_certificate();
    if (!taken) return Failure{taken.error()};
    if (Status promoted = begun_.promote(); !promoted) return Failure{promoted.error()};
    return begun_.finish(std::move(*taken), false, clock_words_);
  }

 private:
  Status have_anchors() {
    if (begun_.load_anchors()) return Done{};
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
    if (Status kept = begun_.keep_anchors(all); !kept) return kept;
    means_.person.tell("the fingerprint is right: this is the operator's server");
    return Done{};
  }

  Result<crypto::Certificate> fetch_certificate() {
    auto code = begun_.have_code();
    if (!code) return Failure{code.error()};
    const auto attributes = ask_patiently({.operation = "csrattrs", .anchors = begun_.anchors()});
    if (!attributes) return Failure{attributes.error()};
    const auto body = request_as_asked(attributes->http, begun_.key().text(), options_.device);
    if (!body) return Failure{body.error().with_context(options_.server.shown)};
    means_.person.tell("asking for a certificate for '" + options_.device + "'; the key's fingerprint is " +
                       crypto::fingerprint_of(begun_.key_hash()));
    auto reply = ask_patiently({.operation = "simpleenroll",
                                .body = *body,
                                .user = options_.device,
                                .password = code->text(),
                                .anchors = begun_.anchors()});
    if (!reply) {
      if (refused_) {
        if (Status dropped = begun_.files().drop_code(); !dropped) return Failure{dropped.error()};
      }
      return Failure{reply.error()};
    }
    return keep(*reply);
  }

  Result<crypto::Certificate> keep(const EstReply& reply) {
    clock_words_ = clock_words(reply.http.date, means_.clock);
    const auto answered = read_certificates(reply.http.body);
    if (!answered) return Failure{answered.error().with_context(options_.server.shown)};
    auto taken = take_certificate(*answered, {options_.device, begun_.key_hash(), begun_.anchors(), reply.http.date});
    if (!taken) return Failure{taken.error()};
    if (Status stored = begun_.store_certificate(taken->pem); !stored) return Failure{stored.error()};
    return std::move(taken->certificate);
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
    if (request.operation == "csrattrs" && says_attributes(reply->http)) return reply;
    refused_ = reply->http.status == 401 || reply->http.status == 403;
    return Failure{error_of(reply->http).with_context(options_.server.shown)};
  }

  [[nodiscard]] bool wait(std::chrono::milliseconds pause) const {
    const auto end = means_.clock.monotonic() + pause;
    while (!means_.cancelled && means_.clock.monotonic() < end) std::this_thread::sleep_for(kSlice);
    return !means_.cancelled;
  }

  const EnrolmentOptions& options_;
  const Means& means_;
  Begun begun_;
  std::chrono::milliseconds began_;
  Backoff pauses_;
  bool refused_ = false;
  std::string told_;
  std::optional<std::string> clock_words_;
};

}  // namespace

Result<Enrolled> enrol(const EnrolmentOptions& options, const Means& means) {
  auto enrolled = Enrolment(options, means).run();
  // Another program that changes the identity now has an end of its own to tell.
  if (!enrolled && enrolled.error().code != ErrorCode::conflict) StateFiles(means.slots).note_error(enrolled.error().message);
  return enrolled;
}

}  // namespace greentill::enrol
