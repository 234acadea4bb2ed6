// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/anchors.hpp"

#include "daemon/base/file.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/succession.hpp"
#include "daemon/enrol/asking.hpp"
#include "daemon/enrol/est_answer.hpp"

namespace greentill::enrol {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAnchorsLimit = std::chrono::seconds(60);
constexpr milliseconds kComeAgain = std::chrono::minutes(10);
constexpr std::size_t kMostAnchorsPem = 256u << 10;

Result<EstReply> ask_for_anchors(const EstServer& server, const std::string& anchors, milliseconds limit,
                                 const std::atomic<bool>& cancelled) {
  auto reply = ask(server, {.operation = "cacerts", .anchors = anchors}, limit, cancelled);
  if (!reply) return reply;
  if (reply->http.status != 200) return Failure{error_of(reply->http).with_context(server.shown)};
  return reply;
}

class Following {
 public:
  Following(const AnchorsMeans& means, milliseconds limit, const std::atomic<bool>& cancelled)
      : means_(means), limit_(limit), cancelled_(cancelled) {}

  Result<bool> run() {
    const auto held = read_file(means_.slots.anchors(), kMostAnchorsPem);
    if (!held) return Failure{held.error()};
    const auto before = crypto::ders_of(*held);
    if (!before) return Failure{before.error().with_context(means_.slots.anchors().string())};
    auto offered = offer(*held);
    if (!offered) return Failure{offered.error()};
    if (is_same(*offered, *before)) return false;
    auto next = crypto::succeeding_anchors(*before, *offered, server_time_);
    if (!next) return Failure{next.error().with_context(means_.server.shown + ": other authorities are offered")};
    if (is_same(*next, *before)) return false;
    auto pem = crypto::pem_of_all(*next);
    if (!pem) return Failure{pem.error()};
    if (Status put = put_to_use(*held, *pem); !put) return Failure{put.error()};
    return true;
  }

 private:
  Result<std::vector<crypto::CertificateDer>> offer(const std::string& anchors) {
    const auto reply = ask_for_anchors(means_.server, anchors, limit_, cancelled_);
    if (!reply) return Failure{reply.error()};
    if (Status dated = check_server_dates(*reply, means_.clock); !dated) return Failure{dated.error()};
    server_time_ = reply->http.date;
    auto offered = read_certificates(reply->http.body);
    if (!offered) return Failure{offered.error().with_context(means_.server.shown)};
    return offered;
  }

  static bool is_same(const std::vector<crypto::CertificateDer>& one, const std::vector<crypto::CertificateDer>& other) {
    return digest_of(one) == digest_of(other);
  }

  /// Written beside, tried, and then put in the place of those before by one step.
  Status put_to_use(const std::string& held, const std::string& pem) {
    const auto lock = means_.slots.lock();
    if (!lock) return Failure{lock.error()};
    const auto now = read_file(means_.slots.anchors(), kMostAnchorsPem);
    if (!now || *now != held) return fail(ErrorCode::unavailable, "this device was enrolled anew meanwhile");
    if (Status written = write_file_durably(means_.slots.next_anchors(), pem); !written) return written;
    const auto again = ask_for_anchors(means_.server, pem, limit_, cancelled_);
    Status good = again ? Status(Done{}) : Status(Failure{again.error()});
    if (good) good = means_.try_them(means_.slots.next_anchors());
    if (!good) {
      return fail(good.error().code, "the operator's new authorities are not gone over to yet: " + good.error().message);
    }
    return means_.slots.promote_anchors();
  }

  const AnchorsMeans& means_;
  const milliseconds limit_;
  const std::atomic<bool>& cancelled_;
  std::optional<std::int64_t> server_time_;
};

class ThreadAnchors final : public AskingKeeper<AnchorsKeeper> {
 public:
  ThreadAnchors(Options options, Log& log) : AskingKeeper(std::move(options), "authorities", log) {
    asking_.start([this] { return look(); });
  }
  ~ThreadAnchors() override { asking_.end(); }

 private:
  milliseconds look() {
    if (std::string why = options_.put_off(); !why.empty()) return asking_.put_off(std::move(why));
    AnchorsMeans means = options_.means;
    means.server = options_.place.get();
    const auto followed = follow_anchors(means, kAnchorsLimit, asking_.ended());
    if (asking_.ended()) return milliseconds(0);
    // Whoever asks the same server for settings says that it is away.
    if (!followed && followed.error().code == ErrorCode::unavailable) return asking_.well(kComeAgain);
    if (!followed) return asking_.failed("the operator's authorities: " + followed.error().message);
    if (*followed) {
      const auto pem = read_file(options_.means.slots.anchors(), kMostAnchorsPem);
      const auto ders = pem ? crypto::ders_of(*pem) : Result<std::vector<crypto::CertificateDer>>(Failure{pem.error()});
      log_.write(LogLevel::warning, "authorities",
                 "the operator's authorities are others from now on, by the word of the root that was trusted before" +
                     (ders ? "; their fingerprint is " + crypto::fingerprint_of(digest_of(*ders)) : std::string()));
      options_.followed();
    }
    return asking_.well();
  }
};

}  // namespace

Result<bool> follow_anchors(const AnchorsMeans& means, milliseconds limit, const std::atomic<bool>& cancelled) {
  return Following(means, limit, cancelled).run();
}

std::unique_ptr<AnchorsKeeper> AnchorsKeeper::start(Options options, Log& log) {
  return std::make_unique<ThreadAnchors>(std::move(options), log);
}

}  // namespace greentill::enrol
