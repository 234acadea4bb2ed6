// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/renewal.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "daemon/base/backoff.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/base64.hpp"
#include "daemon/crypto/key_maker.hpp"
#include "daemon/enrol/est_answer.hpp"
#include "daemon/enrol/state.hpp"

namespace greentill::enrol {
namespace {

using crypto::Certificate;

constexpr std::chrono::milliseconds kRequestLimit = std::chrono::seconds(60);
constexpr std::chrono::milliseconds kLongestPause = std::chrono::hours(24);
constexpr std::chrono::milliseconds kLookAgain = std::chrono::hours(1);
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
    const auto request = crypto::make_request(key_.text(), in_use_->common_name());
    if (!request) return Failure{request.error()};
    const std::string body = crypto::to_base64(*request);
    const auto reply =
        ask(means_.server,
            {.operation = "simplereenroll", .body = body, .anchors = anchors_, .certificate = pem_, .key = key_.text()},
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

class ThreadRenewer final : public Renewer {
 public:
  ThreadRenewer(Options options, Log& log)
      : options_(std::move(options)), log_(log), in_use_(options_.in_use), thread_([this] { run(); }) {}
  ~ThreadRenewer() override {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  [[nodiscard]] RenewalStatus status() const override {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  void run() {
    while (!cancelled_) {
      const std::int64_t due = renewal_due(in_use_);
      set([due](RenewalStatus& status) { status.due_from = due; });
      std::chrono::milliseconds pause = kLookAgain;
      const std::int64_t left = due - options_.now();
      if (left <= 0) {
        const std::string why = options_.put_off ? options_.put_off() : std::string();
        pause = why.empty() ? attempt() : wait(why);
      } else if (left < kLookAgain / std::chrono::seconds(1)) {
        pause = std::chrono::seconds(left);
      }
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause, [this] { return cancelled_.load(); });
    }
  }

  std::chrono::milliseconds wait(const std::string& why) {
    const std::int64_t next = options_.now() + kLookAgain / std::chrono::seconds(1);
    bool is_new = false;
    set([&](RenewalStatus& status) {
      is_new = status.last_error != why;
      status.next_try_at = next;
      status.last_error = why;
    });
    if (is_new) log_.write(LogLevel::info, "renewal", why);
    return kLookAgain;
  }

  /// Tries once; how long to rest then.
  std::chrono::milliseconds attempt() {
    std::int64_t told_wait_s = 0;
    RenewalMeans means = options_.means;
    means.server = options_.place.get();
    const auto renewed = renew(means, cancelled_, told_wait_s);
    if (cancelled_) return kLookAgain;
    const std::int64_t now = options_.now();
    const auto pause = renewed ? rest(*renewed) : rest(renewed.error(), told_wait_s);
    set([&](RenewalStatus& status) {
      status.tried_at = now;
      status.next_try_at = now + pause / std::chrono::seconds(1);
      status.last_error = renewed ? std::string() : renewed.error().message;
      if (renewed && renewed->certificate) {
        status.renewed_at = now;
        status.next_try_at = 0;
      }
    });
    return pause;
  }

  std::chrono::milliseconds rest(const Renewed& renewed) {
    failures_ = 0;
    if (renewed.clock) log_.write(LogLevel::warning, "renewal", *renewed.clock);
    if (!renewed.certificate) {
      log_.write(LogLevel::info, "renewal", "the server has no newer certificate yet; asking again tomorrow");
      return kLongestPause;
    }
    in_use_ = *renewed.certificate;
    log_.write(LogLevel::info, "renewal",
               "the device's certificate was renewed; it is valid until " + utc_text(in_use_.not_after()));
    return std::chrono::milliseconds(0);
  }

  std::chrono::milliseconds rest(const Error& why, std::int64_t told_wait_s) {
    auto pause = doubled(options_.floor, failures_++, std::max<std::chrono::milliseconds>(kLongestPause, options_.floor));
    // Half of it is jitter above the floor, so that devices whose server was away do not all come back at once.
    Bytes<4> bytes{};
    options_.means.random.fill(bytes);
    const std::uint32_t number = bytes[0] | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16;
    pause += pause / 2 * (number % 1024) / 1024;
    pause = std::max(pause, std::min(std::chrono::milliseconds(std::chrono::seconds(told_wait_s)), kLongestPause));
    log_.write(LogLevel::warning, "renewal",
               "the device's certificate, valid until " + utc_text(in_use_.not_after()) + ", was not renewed: " + why.message +
                   "; trying again in " + span_text(pause / std::chrono::seconds(1)));
    return pause;
  }

  template <typename F>
  void set(F change) {
    const std::lock_guard lock(mutex_);
    change(status_);
  }

  const Options options_;
  Log& log_;
  Certificate in_use_;  // the thread's
  unsigned failures_ = 0;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  RenewalStatus status_;
  std::thread thread_;  // last member: it uses the others
};

}  // namespace

std::int64_t renewal_due(const Certificate& certificate) {
  const std::int64_t life = std::max<std::int64_t>(certificate.not_after() - certificate.not_before(), 0);
  const Digest& own = certificate.thumbprint();
  const std::int64_t share = own[0] << 8 | own[1];
  return certificate.not_after() - life / 3 + life / 12 * share / 65'536;
}

Result<Renewed> renew(const RenewalMeans& means, const std::atomic<bool>& cancelled, std::int64_t& told_wait_s) {
  return Renewal(means, cancelled, told_wait_s).run();
}

std::unique_ptr<Renewer> Renewer::start(Options options, Log& log) {
  return std::make_unique<ThreadRenewer>(std::move(options), log);
}

}  // namespace greentill::enrol
