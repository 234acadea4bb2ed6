// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/rekey.hpp"

#include "daemon/base/file.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/key_maker.hpp"
#include "daemon/enrol/request.hpp"

namespace greentill::enrol {
namespace {

constexpr std::size_t kMostIdentityBytes = 256u << 10;

class Rekeying {
 public:
  Rekeying(const EnrolmentOptions& options, const Means& means, const KeyTrial& try_it, std::int64_t& told_wait_s)
      : options_(options), means_(means), try_it_(try_it), told_wait_s_(told_wait_s), files_(means.slots) {}

  Result<Enrolled> run() {
    const auto lock = means_.slots.lock();
    if (!lock) return Failure{lock.error()};
    if (Status loaded = load(); !loaded) return Failure{loaded.error()};
    const auto begun = files_.load_rekey();
    if (!begun) return Failure{begun.error()};
    // Promoted, and cut off before the last step.
    if (*begun && **begun == in_use_->key_hash()) return finish(*in_use_);
    if (Status key = have_key(*begun); !key) return Failure{key.error()};
    auto next = stored();
    if (!next) next = fetch();
    if (!next) return Failure{next.error()};
    if (try_it_) {
      if (Status tried = try_it_(means_.slots.certificate(spare_), key_); !tried) return Failure{tried.error()};
    }
    if (Status promoted = means_.slots.promote(spare_); !promoted) return Failure{promoted.error()};
    return finish(std::move(*next));
  }

 private:
  Status load() {
    const auto used = means_.slots.current();
    if (!used) return Failure{used.error()};
    if (!*used) {
      return fail(ErrorCode::not_found,
                  means_.slots.folder().string() + ": no device is enrolled here; run greentill enrol first");
    }
    spare_ = identity::other(**used);
    auto old_key = means_.vault.read(means_.slots.current_key(), identity::kDeviceKeyName);
    if (!old_key) return Failure{old_key.error()};
    old_key_ = std::move(*old_key);
    for (const auto& [path, into] :
         {std::pair(means_.slots.current_certificate(), &old_pem_), std::pair(means_.slots.anchors(), &anchors_)}) {
      auto text = read_file(path, kMostIdentityBytes);
      if (!text) return Failure{text.error()};
      *into = std::move(*text);
    }
    auto leaf = crypto::Certificate::leaf_from(old_pem_);
    if (!leaf) return Failure{leaf.error()};
    in_use_ = std::move(*leaf);
    return Done{};
  }

  /// The key that was begun with, or a new one. It is noted before the server hears of it, and only then worth keeping.
  Status have_key(const std::optional<Digest>& begun) {
    auto stored = means_.vault.read(means_.slots.key(spare_), identity::kDeviceKeyName);
    auto hash = stored ? crypto::key_hash_of(stored->text()) : Result<Digest>(Failure{stored.error()});
    if (begun && hash && *hash == *begun) {
      means_.person.tell("going on with the key that was made before");
      key_ = std::move(*stored);
      key_hash_ = *hash;
      return Done{};
    }
    means_.person.tell("making another key; it never leaves the device");
    auto key = crypto::make_device_key(means_.random);
    if (!key) return Failure{key.error()};
    hash = crypto::key_hash_of(key->text());
    if (!hash) return Failure{hash.error()};
    key_ = std::move(*key);
    key_hash_ = *hash;
    if (Status written = means_.slots.store_key(spare_, means_.vault, key_.view(), means_.random); !written) return written;
    return files_.store_rekey(key_hash_);
  }

  [[nodiscard]] Expected expected(std::optional<std::int64_t> server_time) const {
    return {in_use_->common_name(), key_hash_, anchors_, server_time};
  }

  /// What an earlier run got and did not promote.
  [[nodiscard]] Result<crypto::Certificate> stored() const {
    const auto pem = read_file(means_.slots.certificate(spare_), kMostIdentityBytes);
    if (!pem) return Failure{pem.error()};
    const auto ders = crypto::ders_of(*pem);
    if (!ders) return Failure{ders.error()};
    auto taken = take_certificate(*ders, expected(std::nullopt));
    if (!taken) return Failure{taken.error()};
    return std::move(taken->certificate);
  }

  Result<crypto::Certificate> fetch() {
    const auto body = make_asked_request(options_.server, anchors_, key_.text(), in_use_->common_name(), options_.request_limit,
                                         means_.cancelled, told_wait_s_);
    if (!body) return Failure{body.error()};
    means_.person.tell("asking for a certificate for the key with the fingerprint " + crypto::fingerprint_of(key_hash_));
    const auto reply =
        ask(options_.server,
            {.operation = "simplereenroll", .body = *body, .anchors = anchors_, .certificate = old_pem_, .key = old_key_.text()},
            options_.request_limit, means_.cancelled);
    if (!reply) return Failure{reply.error()};
    told_wait_s_ = reply->http.retry_after_s.value_or(0);
    if (Status dated = check_server_dates(*reply, means_.clock); !dated) return Failure{dated.error()};
    clock_words_ = clock_words(reply->http.date, means_.clock);
    if (reply->http.status != 200) return refused(error_of(reply->http).with_context(options_.server.shown));
    const auto answered = read_certificates(reply->http.body);
    if (!answered) return Failure{answered.error().with_context(options_.server.shown)};
    auto taken = take_certificate(*answered, expected(reply->http.date));
    if (!taken) return Failure{taken.error()};
    if (Status stored = means_.slots.store_certificate(spare_, taken->pem); !stored) return Failure{stored.error()};
    return std::move(taken->certificate);
  }

  /// Where the server will not have the new key, the device goes on with the one that it has.
  Failure<Error> refused(Error why) {
    if (why.code == ErrorCode::unavailable) return Failure{std::move(why)};
    if (const Status dropped = files_.drop_rekey(); !dropped) return Failure{dropped.error()};
    return Failure{std::move(why)};
  }

  Result<Enrolled> finish(crypto::Certificate certificate) {
    if (Status dropped = files_.drop_rekey(); !dropped) return Failure{dropped.error()};
    return Enrolled{std::move(certificate), false, clock_words_};
  }

  const EnrolmentOptions& options_;
  const Means& means_;
  const KeyTrial& try_it_;
  std::int64_t& told_wait_s_;
  StateFiles files_;
  identity::Slot spare_ = identity::Slot::b;
  crypto::Secret old_key_, key_;
  Digest key_hash_{};
  std::string old_pem_, anchors_;
  std::optional<crypto::Certificate> in_use_;
  std::optional<std::string> clock_words_;
};

}  // namespace

Result<Enrolled> rekey(const EnrolmentOptions& options, const Means& means) {
  std::int64_t told_wait_s = 0;
  return rekey(options, means, {}, told_wait_s);
}

Result<Enrolled> rekey(const EnrolmentOptions& options, const Means& means, const KeyTrial& try_it, std::int64_t& told_wait_s) {
  return Rekeying(options, means, try_it, told_wait_s).run();
}

}  // namespace greentill::enrol
