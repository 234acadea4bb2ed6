// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/offline.hpp"

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/certificate_request.hpp"
#include "daemon/crypto/enrolment_code.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/key_maker.hpp"
#include "daemon/enrol/begun.hpp"
#include "daemon/enrol/bundle_fetch.hpp"
#include "daemon/enrol/offline_message.hpp"

namespace greentill::enrol {
namespace {

constexpr std::int64_t kAnswerSlackSeconds = 600;

Failure<Error> refuse(const std::string& why) { return fail(ErrorCode::denied, "the answer is not taken: " + why); }

Result<Digest> hash_of_code(const std::string& device, const crypto::Secret& code) {
  const auto digits = crypto::read_code(code.text());
  if (!digits) return Failure{digits.error()};
  return crypto::code_hash(device, *digits, crypto::hasher());
}

class Requesting {
 public:
  Requesting(const OfflineOptions& options, const Means& means) : options_(options), means_(means), begun_(means) {}

  Result<OfflineBegun> run() {
    if (Status opened = begun_.open(); !opened) return Failure{opened.error()};
    const auto in_service = begun_.in_service(options_.device);
    if (!in_service) return Failure{in_service.error()};
    if (*in_service) return already();
    if (Status taken = begun_.take_up(options_.device, ""); !taken) return Failure{taken.error()};
    if (Status key = begun_.have_key(); !key) return Failure{key.error()};
    if (Status forgotten = options_.anew ? forget() : Status(Done{}); !forgotten) return Failure{forgotten.error()};
    const auto fingerprint = have_fingerprint();
    if (!fingerprint) return Failure{fingerprint.error()};
    const auto code = have_code();
    if (!code) return Failure{code.error()};
    auto message = stored(*fingerprint, *code);
    if (!message) message = make(*fingerprint, *code);
    if (!message) return Failure{message.error()};
    return OfflineBegun{std::move(*message), begun_.key_hash(), {}};
  }

 private:
  Result<OfflineBegun> already() {
    auto enrolled = begun_.finish(*begun_.in_use(), true, {});
    if (!enrolled) return Failure{enrolled.error()};
    return OfflineBegun{{}, {}, std::move(*enrolled)};
  }

  Status forget() {
    begun_.state().anchors.clear();
    begun_.state().fingerprint.clear();
    if (Status stored = begun_.files().store(begun_.state()); !stored) return stored;
    return begun_.files().drop_code();
  }

  Result<crypto::FingerprintBytes> have_fingerprint() {
    crypto::FingerprintBytes bytes{};
    const auto digits = from_hex(begun_.state().anchors.empty() ? begun_.state().fingerprint : begun_.state().anchors);
    if (digits && digits->size() >= bytes.size()) {
      std::copy_n(digits->begin(), bytes.size(), bytes.begin());
      return bytes;
    }
    const auto typed = means_.person.fingerprint();
    if (!typed) return Failure{typed.error()};
    const auto read = crypto::read_fingerprint(*typed);
    if (!read) {
      return fail(ErrorCode::invalid, "\"" + printable(trimmed(*typed).substr(0, 80)) +
                                          "\" is no fingerprint: that has 32 digits in eight groups, or 64 hexadecimal digits");
    }
    begun_.state().fingerprint = to_hex(*read);
    if (Status stored = begun_.files().store(begun_.state()); !stored) return Failure{stored.error()};
    return *read;
  }

  Result<Digest> have_code() {
    const auto code = begun_.have_code();
    if (!code) return Failure{code.error()};
    auto hash = hash_of_code(options_.device, *code);
    if (hash) return hash;
    if (Status dropped = begun_.files().drop_code(); !dropped) return Failure{dropped.error()};
    return hash;
  }

  /// The request that was written before, where nothing that it says has changed.
  Result<std::vector<std::uint8_t>> stored(const crypto::FingerprintBytes& fingerprint, const Digest& code) {
    auto bytes = begun_.files().load_request();
    if (!bytes) return Failure{bytes.error()};
    if (!*bytes) return fail(ErrorCode::not_found, "none was written");
    const auto message = read_offline_request(**bytes);
    if (!message) return Failure{message.error()};
    if (message->content.device == options_.device && message->content.fingerprint == fingerprint &&
        is_authentic(*message, code) && is_for_our_key(message->content)) {
      return std::move(**bytes);
    }
    return fail(ErrorCode::not_found, "it is another one");
  }

  [[nodiscard]] bool is_for_our_key(const OfflineRequest& request) const {
    const auto csr = crypto::CertificateRequest::from_der(request.csr);
    return csr && csr->key_hash() == begun_.key_hash();
  }

  Result<std::vector<std::uint8_t>> make(const crypto::FingerprintBytes& fingerprint, const Digest& code) {
    auto csr = crypto::make_request(begun_.key().text(), options_.device);
    if (!csr) return Failure{csr.error()};
    auto message = encode(OfflineRequest{options_.device, std::move(*csr), fingerprint}, code);
    if (!message) return message;
    if (Status stored = begun_.files().store_request(*message); !stored) return Failure{stored.error()};
    return message;
  }

  const OfflineOptions& options_;
  const Means& means_;
  Begun begun_;
};

class Answering {
 public:
  Answering(ByteView bytes, const Means& means, const KeepSettings& keep)
      : bytes_(bytes), means_(means), keep_(keep), begun_(means) {}

  Result<Enrolled> run() {
    const auto message = read_offline_answer(bytes_);
    if (!message) return Failure{message.error()};
    if (Status opened = begun_.open(); !opened) return Failure{opened.error()};
    if (auto before = taken_before(message->content)) return begun_.finish(std::move(*before), true, {});
    if (Status waiting = take_up(); !waiting) return Failure{waiting.error()};
    if (Status ours = check_is_ours(*message); !ours) return Failure{ours.error()};
    if (Status key = begun_.have_key(); !key) return Failure{key.error()};
    auto taken = take(message->content);
    if (!taken) return Failure{taken.error()};
    if (Status kept = begun_.keep_anchors(message->content.anchors); !kept) return Failure{kept.error()};
    if (Status settled = keep_settings(message->content, taken->certificate); !settled) return Failure{settled.error()};
    if (Status stored = begun_.store_certificate(taken->pem); !stored) return Failure{stored.error()};
    if (Status promoted = begun_.promote(); !promoted) return Failure{promoted.error()};
    return begun_.finish(std::move(taken->certificate), false, clock_is_behind(message->content.made_at));
  }

 private:
  /// The certificate in use, where it is the answer's: the run that took it was cut off behind its last step, or done.
  [[nodiscard]] std::optional<crypto::Certificate> taken_before(const OfflineAnswer& answer) const {
    const auto first = crypto::Certificate::from_der(answer.certificates.front());
    if (!first || !begun_.in_use() || begun_.in_use()->thumbprint() != first->thumbprint()) return std::nullopt;
    return begun_.in_use();
  }

  Status take_up() {
    Status left = begun_.take_up();
    if (!left && left.error().code != ErrorCode::not_found) return left;
    auto request = left ? begun_.files().load_request() : std::optional<std::vector<std::uint8_t>>();
    if (!request) return Failure{request.error()};
    if (*request) {
      request_ = std::move(**request);
      return Done{};
    }
    return fail(ErrorCode::conflict, means_.slots.folder().string() +
                                         ": no request of this device waits for an answer; write one: greentill enrol --request");
  }

  Status check_is_ours(const OfflineMessage<OfflineAnswer>& message) {
    const OfflineAnswer& answer = message.content;
    const std::string& device = begun_.state().device;
    if (answer.device != device) {
      return refuse("it is for the device '" + answer.device + "', and this one is '" + device + "'");
    }
    if (answer.request != crypto::hasher().sha256({request_})) {
      return refuse(
          "it answers another request than the one that this device wrote last; take that one to the operator: greentill "
          "enrol --request writes it again");
    }
    const auto code = begun_.have_code();
    if (!code) return Failure{code.error()};
    const auto hash = hash_of_code(device, *code);
    if (!hash) return Failure{hash.error()};
    code_ = *hash;
    if (is_authentic(message, *hash)) return Done{};
    return refuse("it was changed on its way, or made by somebody who does not know this device's code");
  }

  Result<Taken> take(const OfflineAnswer& answer) {
    const Digest digest = digest_of(answer.anchors);
    const EnrolmentState& state = begun_.state();
    const bool is_confirmed =
        state.anchors.empty() ? to_hex(crypto::fingerprint_bytes(digest)) == state.fingerprint : to_hex(digest) == state.anchors;
    if (!is_confirmed) {
      return refuse("its authorities have the fingerprint " + crypto::fingerprint_of(digest) +
                    ", and not the one that was typed on this device; ask the operator which one is right, and where it is this "
                    "one write the request anew: greentill "
                    "enrol --request FILE --anew");
    }
    const auto anchors = crypto::pem_of_all(answer.anchors);
    if (!anchors) return Failure{anchors.error()};
    auto taken = take_certificate(answer.certificates, {state.device, begun_.key_hash(), *anchors, answer.made_at});
    if (!taken) return taken;
    const bool is_kept = means_.clock.synchronised() && !clock_fault(means_.clock);
    const std::int64_t now = means_.clock.unix_seconds();
    if (is_kept && taken->certificate.not_after() < now) {
      return refuse("its certificate ended on " + utc_text(taken->certificate.not_after()) + ", and it is " + utc_text(now) +
                    ": the answer is too old; ask for another one");
    }
    return taken;
  }

  /// Signed as those that are fetched, by signers whom the same anchors vouch for.
  Status keep_settings(const OfflineAnswer& answer, const crypto::Certificate& own) {
    if (!answer.settings || !keep_) return Done{};
    const auto message = open_settings(answer.settings->sealed, code_, answer.request);
    if (!message) return refuse("its settings cannot be opened: " + message.error().message);
    const auto pem = crypto::pem_of_all(answer.settings->signers);
    const auto anchors = crypto::pem_of_all(answer.anchors);
    if (!pem) return Failure{pem.error()};
    if (!anchors) return Failure{anchors.error()};
    const auto signers = read_signers(*pem, *anchors, own);
    if (!signers) return refuse(signers.error().message);
    const auto by_the_service = [&](const claim::KeyedMessage& bundle) { return check_signed(*signers, bundle, "the service"); };
    const auto bundle = check_bundle(as_text(message->view()), by_the_service, answer.made_at, means_.clock);
    if (!bundle) return refuse("its settings: " + bundle.error().message);
    auto settings = settings_of(*bundle, own.common_name());
    if (!settings) return refuse("its settings: " + settings.error().message);
    if (Status known = write_file_durably(means_.slots.signers(), *pem); !known) return known;
    return keep_(std::move(*settings));
  }

  /// An answer is older than the moment in which it is taken.
  [[nodiscard]] std::optional<std::string> clock_is_behind(std::int64_t made_at) const {
    const std::int64_t now = means_.clock.unix_seconds();
    if (now + kAnswerSlackSeconds >= made_at) return std::nullopt;
    return "this device's clock shows " + utc_text(now) + ", and the answer was made on " + utc_text(made_at) + ": set it";
  }

  const ByteView bytes_;
  const Means& means_;
  const KeepSettings& keep_;
  Begun begun_;
  Digest code_{};  // the hash of the device's
  std::vector<std::uint8_t> request_;
};

}  // namespace

Result<OfflineBegun> write_offline_request(const OfflineOptions& options, const Means& means) {
  return Requesting(options, means).run();
}

Result<Enrolled> take_offline_answer(ByteView message, const Means& means, const KeepSettings& keep) {
  return Answering(message, means, keep).run();
}

}  // namespace greentill::enrol
