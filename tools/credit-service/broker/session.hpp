// SPDX-License-Identifier: Apache-2.0
// A worker's one connection to the broker, from its beginning to its end. Private to the broker's folder.
//
// What always holds:
// - A receipt is published only once what it says is durable in the ledger; what is lost on the way the device asks for again.
// - Batches are handled one at a time, in the inbox's order; nothing that one device or the broker does makes the others wait for
//   longer than a batch, a part of what is due, or kAnswerTime.
// - At most kMostUnderway receipts wait for the broker's acknowledgement, so that Paho refuses none for want of room.
// - Of each message that the broker keeps, the list of the revoked and the common bundle, one at most is on its way.
// - A session is not used again: after an error, whichever method gave it, the worker makes another.
//
// Threads: one; Paho's own put batches into the inbox, and note when the broker was heard and why it said farewell.
#pragma once

#include <mqtt/async_client.h>

#include <atomic>
#include <chrono>
#include <string>

#include "daemon/base/guarded.hpp"
#include "daemon/base/lines_by_name.hpp"
#include "daemon/base/repeated_line.hpp"
#include "daemon/base/system.hpp"
#include "daemon/paho/limits.hpp"
#include "daemon/paho/paho.hpp"
#include "tools/broker-guard/names.hpp"
#include "tools/credit-service/broker/bundle_news.hpp"
#include "tools/credit-service/broker/inbox.hpp"
#include "tools/credit-service/broker/revocations.hpp"
#include "tools/credit-service/broker/underway.hpp"
#include "tools/credit-service/broker/worker.hpp"

namespace greentill::credit {

class Session {
 public:
  /// All references must outlive it.
  Session(const BrokerOptions& options, Clerk& clerk, Revocations& revocations, BundleNews& bundles, Log& log);

  /// Connects, and reads what the broker announces. denied: a worker is of no use at this broker.
  Status connect(std::chrono::seconds keep_alive, const std::atomic<bool>& stopping);
  /// Subscribes. denied: the broker does not let this user read claims. Requires: connect() succeeded.
  Status subscribe(const std::atomic<bool>& stopping);
  /// Serves batches until the connection is lost, which is the error (io: without a word), or a stop is asked for.
  Status serve(const std::atomic<bool>& stopping);

  /// What the broker announced. Requires: connect() succeeded.
  [[nodiscard]] const paho::BrokerLimits& limits() const { return limits_; }
  /// For how long nothing has come from the broker.
  [[nodiscard]] std::chrono::milliseconds silence() const { return clock_.monotonic() - heard_.load(); }
  /// Whether a batch came.
  [[nodiscard]] bool worked() const { return worked_; }

 private:
  bool await(const mqtt::token_ptr& answer, const std::atomic<bool>& stopping, bool connected) const;
  [[nodiscard]] std::string find_cause(const std::atomic<bool>& stopping) const;
  [[nodiscard]] Error ended(int code, int reason) const;
  void do_due();
  Status handle(Received message, const std::atomic<bool>& stopping);
  Status publish(const std::string& device, const Reply& reply, const std::atomic<bool>& stopping);
  Status await_room(const std::atomic<bool>& stopping);
  void tell(LinesByName& lines, LogLevel level, const std::string& device, const std::string& what);
  /// A message that the broker is to keep, and the last of it that was not answered.
  struct KeptMessage {
    std::string topic;
    std::string what;
    std::string advice;  ///< where the broker refuses it
    mqtt::delivery_token_ptr sent = {};
  };
  /// `News`: has due() and answer(), as Revocations.
  template <typename News>
  void tell(News& news, KeptMessage& message);
  template <typename News>
  void publish(News& news, KeptMessage& message, const std::string& text);

  const BrokerOptions& options_;
  Clerk& clerk_;
  Revocations& revocations_;
  BundleNews& bundles_;
  Log& log_;
  const SystemClock clock_;
  // What a device brings about is rationed for each: their names are bounded by the number of devices with a certificate.
  LinesByName passed_over_{1, std::chrono::minutes(10)};
  LinesByName not_sent_{1, std::chrono::minutes(10)};
  RepeatedLine put_off_;
  Inbox inbox_;
  Underway<mqtt::delivery_token_ptr> underway_;
  bool worked_ = false;
  paho::BrokerLimits limits_;
  std::atomic<std::chrono::milliseconds> heard_{clock_.monotonic()};
  Guarded<paho::Farewell> farewell_;
  KeptMessage revoked_{std::string(guard::kRevokedTopic), "list", "; the broker's log says why"};
  KeptMessage bundle_{std::string(guard::kMethodologiesTopic), "bundle",
                      "; may its user write " + std::string(guard::kMethodologiesTopic) + "?"};
  mqtt::async_client client_;  // last member: its threads use the others
};

}  // namespace greentill::credit
