// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/est/service.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace greentill::credit {
namespace {

constexpr std::chrono::seconds kTryAgain{5};

class Service final : public EstService {
 public:
  Service(EstOptions options, crypto::Secret key, std::unique_ptr<EnrolmentOffice> office, std::unique_ptr<EstProtocol> protocol,
          Log& log)
      : options_(std::move(options)),
        key_(std::move(key)),
        log_(log),
        office_(std::move(office)),
        protocol_(std::move(protocol)) {}
  ~Service() override {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    stopped_.notify_all();
    if (trying_.joinable()) trying_.join();
  }

  Status begin() {
    Status listening = listen();
    if (listening || listening.error().code != ErrorCode::io) return listening;
    log_.write(LogLevel::warning, "est",
               listening.error().message + "; it is tried again, since another worker may answer there");
    trying_ = std::thread([this] { keep_trying(); });
    return Done{};
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  Status listen() {
    const HttpOptions http{options_.host, options_.port, {options_.certificate, key_.text(), options_.anchors}};
    auto server = HttpServer::start(http, [this](const EstRequest& request) { return protocol_->answer(request); });
    if (!server) return Failure{server.error()};
    server_ = std::move(*server);
    port_ = server_->port();
    log_.write(LogLevel::info, "est", "listening on " + options_.host + ':' + std::to_string(port_));
    return Done{};
  }

  void keep_trying() {
    std::unique_lock lock(mutex_);
    while (!stopped_.wait_for(lock, kTryAgain, [this] { return stopping_; })) {
      if (listen()) return;
    }
  }

  const EstOptions options_;
  const crypto::Secret key_;
  Log& log_;
  std::unique_ptr<EnrolmentOffice> office_;
  std::unique_ptr<EstProtocol> protocol_;
  std::unique_ptr<HttpServer> server_;  // before what it calls is destroyed
  std::atomic<std::uint16_t> port_{0};
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread trying_;
};

}  // namespace

Result<std::unique_ptr<EstService>> EstService::start(EstOptions options, crypto::Secret key,
                                                      std::unique_ptr<EnrolmentOffice> office,
                                                      std::unique_ptr<SignedAnswers> beside, Clock& clock, Log& log) {
  auto protocol = EstProtocol::make(options.anchors, *office, std::move(beside), clock, log);
  if (!protocol) return Failure{protocol.error()};
  auto service = std::make_unique<Service>(std::move(options), std::move(key), std::move(office), std::move(*protocol), log);
  if (Status begun = service->begin(); !begun) return Failure{begun.error()};
  return std::unique_ptr<EstService>(std::move(service));
}

}  // namespace greentill::credit
