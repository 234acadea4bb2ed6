// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/renewal.hpp"

#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/crypto/key_maker.hpp"
#include "daemon/enrol/est_answer.hpp"
#include "daemon/enrol/request.hpp"
#include "daemon/enrol/state.hpp"

namespace greentill::enrol {
namespace {

using crypto::Certificate;

constexpr std::chrono::milliseconds kRequestLimit = std::chrono::seconds(60);
constexpr std::size_t kMostPemBytes = 256u << 10;

class Renewal {
 public:
  Renewal(const RenewalMeans& means, const std::atomic<bool>& cancelled, std::int64_t& told_wait_s)
      : means_(means), cancelled_(cancelled), told_wait_s_(told_wait_s) {}

  Result<Renewed> run() {
    const auto lock = means_.slots.lock();
    if (!lock) return Failure{lock.error()};
    if (Status loaded = load(); !loaded) return Failure{loaded.error()};
    // The other slot holds the new key, which the server may have taken already.
    const auto rekeys = StateFiles(means_.slots).load_rekey();
    if (!rekeys) return Failure{rekeys.error()};
    if (*rekeys) return fail(ErrorCode::conflict, "a rekey was begun and is not over; run greentill enrol --rekey again");
    auto next = stored();
    if (!next) next = fetch();
    if (!next) return Failure{next.error()};
    if (!*next) return Renewed{std::nullopt, clock_words_};
    if (Status tried = means_.try_it(means_.slots.certificate(spare_)); !tried) {
      if (tried.error().code != ErrorCode::denied) return Failure{tried.error()};
      if (Status dropped = means_.slots.drop_certificate(spare_); !dropped) return Failure{dropped.error()};
      return Failure{tried.error()};
    }
    if (Status promoted = means_.slots.promote(spare_); !promoted) return Failure{promoted.error()};
    if (Status told = means_.promoted(**next); !told) return Failure{told.error()};
    return Renewed{std::move(*next), clock_words_};
  }

 private:
  Status load() {
    const auto used = means_.slots.current();
    if (!used) return Failure{used.error()};
    if (!*used) return fail(ErrorCode::not_found, means_.slots.folder().string() + ": no device is enrolled here");
    spare_ = identity::other(**used);
    auto key = means_.vault.read(means_.slots.current_key(), identity::kDeviceKeyName);
    if (!key) return Failure{key.error()};
    key_ = std::move(*key);
    auto pem = read_file(means_.slots.current_certificate(), kMostPemBytes);
    if (!pem) return Failure{pem.error()};
    pem_ = std::move(*pem);
    auto anchors = read_file(means_.slots.anchors(), kMostPemBytes);
    if (!anchors) return Failure{anchors.error()};
    anchors_ = std::move(*anchors);
    auto leaf = Certificate::leaf_from(pem_);
    if (!leaf) return Failure{leaf.error()};
    in_use_ = std::move(*leaf);
    return Done{};
  }

  [[nodiscard]] Expected expected(std::optional<std::int64_t> server_time) const {
    return {in_use_->common_name(), in_use_->key_hash(), anchors_, server_time};
  }
  [[nodiscard]] bool is_newer(const Certificate& one) const { return one.not_after() > in_use_->not_after(); }

  /// What an earlier try got and could not try yet.
  Result<std::optional<Certificate>> stored() {
    const auto pem = read_file(means_.slots.certificate(spare_), kMostPemBytes);
    if (!pem) return Failure{pem.error()};
    const auto ders = crypto::ders_of(*pem);
    if (!ders) return Failure{ders.error()};
    auto taken = take_certificate(*ders, expected(std::nullopt));
    if (!taken) return Failure{taken.error()};
    if (!is_newer(taken->certificate)) return fail(ErrorCode::not_found, "it is the former one");
    const auto key = means_.vault.read(means_.slots.key(spare_), identity::kDeviceKeyName);
    const auto hash = key ? crypto::key_hash_of(key->text()) : Result<Digest>(Failure{key.error()});
    if (!hash || *hash != in_use_->key_hash()) return fail(ErrorCode::corrupt, "its key is another one");
    return std::optional(std::move(taken->certificate));
  }

  Result<std::optional<Certificate>> fetch() {
    if (Status written = means_.slots.store_key(spare_, means_.vault, key_.view(), means_.random); !written) {
      return Failure{written.error()};
    }
    const auto body =
        make_asked_request(means_.server, anchors_, key_.text(), in_use_->common_name(), kRequestLimit, cancelled_, told_wait_s_);
    if (!body) return Failure{body.error()};
    const auto reply =
        ask(means_.server,
            {.operation = "simplereenroll", .body = *body, .anchors = anchors_, .certificate = pem_, .key = key_.text()},
            kRequestLimit, cancelled_);
    if (!reply) return Failure{reply.error()};
    told_wait_s_ = reply->http.retry_after_s.value_or(0);
    if (Status dated = check_server_dates(*reply, means_.clock); !dated) return Failure{dated.error()};
    clock_words_ = clock_words(reply->http.date, means_.clock);
    if (reply->http.status == 204) return std::optional<Certificate>();
    if (reply->http.status != 200) return Failure{error_of(reply->http).with_context(means_.server.shown)};
    return keep(*reply);
  }

  Result<std::optional<Certificate>> keep(const EstReply& reply) {
    const auto answered = read_certificates(reply.http.body);
    if (!answered) return Failure{answered.error().with_context(means_.server.shown)};
    auto taken = take_certificate(*answered, expected(std::nullopt));
    if (!taken) return Failure{taken.error()};
    // A server that has nothing to do yet answers with the certificate that it gave before.
    if (!is_newer(taken->certificate)) return std::optional<Certificate>();
    if (auto dated = take_certificate(*answered, expected(reply.http.date)); !dated) return Failure{dated.error()};
    if (Status stored = means_.slots.store_certificate(spare_, taken->pem); !stored) return Failure{stored.error()};
    return std::optional(std::move(taken->certificate));
  }

  const RenewalMeans& means_;
  const std::atomic<bool>& cancelled_;
  std::int64_t& told_wait_s_;
  identity::Slot spare_ = identity::Slot::b;
  crypto::Secret key_;
  std::string pem_;
  std::string anchors_;
  std::optional<Certificate> in_use_;
  std::optional<std::string> clock_words_;
};

}  // namespace

std::int64_t rekey_due(std::int64_t since, std::chrono::seconds after, const Digest& key_hash) {
  const std::int64_t share = key_hash[0] << 8 | key_hash[1];
  return since + after.count() + after.count() / 12 * share / 65'536;
}

std::int64_t renewal_due(const Certificate& certificate) {
  const std::int64_t life = std::max<std::int64_t>(certificate.not_after() - certificate.not_before(), 0);
  const Digest& own = certificate.thumbprint();
  const std::int64_t share = own[0] << 8 | own[1];
  return certificate.not_after() - life / 3 + life / 12 * share / 65'536;
}

Result<Renewed> renew(const RenewalMeans& means, const std::atomic<bool>& cancelled, std::int64_t& told_wait_s) {
  return Renewal(means, cancelled, told_wait_s).run();
}

}  // namespace greentill::enrol
