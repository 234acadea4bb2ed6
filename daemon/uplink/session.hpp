// SPDX-License-Identifier: Apache-2.0
// What happens on one connection: claims out as the window allows, receipts in, refused claims once more. It ends with the
// connection; the window outlives it. Private to daemon/uplink. Threads: the strand's.
//
// What always holds:
// - Claims leave in the order of their seqs, from the window's next one on; only retries of refused claims are behind it.
// - The window moves by receipts that are durable, and by nothing else. What is sent and not receipted is sent again.
// - One retry at a time is under way, and never holds up the window.
// - No more is under way at the broker than the window and two messages: beyond that Paho would hold the backlog in memory.
// - Once ended_, nothing calls the owner: work that comes later finds the session gone (weak_from_this) or ended.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "daemon/uplink/protocol.hpp"
#include "daemon/uplink/retry_pass.hpp"
#include "daemon/uplink/status_board.hpp"
#include "daemon/uplink/transport.hpp"
#include "daemon/uplink/window.hpp"

namespace greentill::uplink {

/// What sessions share, and their uplink owns or was given. It outlives them.
struct Surroundings {
  Options options;
  Executor& strand;
  Clock& clock;
  Random& random;
  Log& log;
  outbox::Reader& reader;
  ReceiptBook& book;
  identity::ReceiptTrust& trust;
  StatusBoard& board;
  Window& window;
  /// Set before the outbox is asked for more than it may have: whoever stores claims then has to tell the session.
  std::atomic<bool>& awaits_claims;
};

class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  virtual void session_ready() = 0;
  virtual void receipt_applied() = 0;
  /// Once, and the last call: the session is of no more use.
  virtual void session_ended(const Error& why) = 0;
};

class Session final : public TransportListener, public std::enable_shared_from_this<Session> {
 public:
  Session(const Surroundings& around, SessionOwner& owner);

  void start(const BrokerAddress& address);
  /// Sends what is stored and fits the window.
  void pump();
  /// Says "offline" and disconnects, within a second.
  void stop();

  void on_connected() override;
  void on_ready() override;
  void on_acknowledged(const std::string& refusal) override;
  void on_message(ByteView payload, std::string_view correlation) override;
  void on_lost(Error error) override { end(error); }

 private:
  bool refresh_chain();
  void report_missing();
  bool send(const outbox::ClaimBatch& batch, const std::string& correlation);
  bool send_status();
  [[nodiscard]] std::size_t batch_bytes() const;

  void on_applied(const std::string& correlation, const Result<outbox::AppliedReceipt>& applied);
  /// Whether the window stands elsewhere now.
  bool move_window(const outbox::AppliedReceipt& applied);
  void clear_trouble(bool moved);

  void arm_timer();
  void on_timer(std::chrono::milliseconds due);
  void give_up_waiting();

  void arm_retry_timer();
  void begin_retries();
  bool send_retry();

  void trouble(LogLevel level, const std::string& what);
  void end(const Error& why);
  template <typename F>
  void after(std::chrono::milliseconds delay, F work);

  const Surroundings& around_;
  SessionOwner& owner_;
  Topics topics_;
  std::optional<claim::ChainId> chain_;
  outbox::ClaimBatch batch_;  // reused, so that a drain does not allocate
  bool ready_ = false;
  bool ended_ = false;
  std::size_t unacknowledged_ = 0;  // publications without a PUBACK
  std::size_t applying_ = 0;        // receipts that the book has
  std::uint64_t stored_ = 0;        // the chain's last seq, as refresh_chain() saw it
  std::uint64_t missing_ = 0;       // the claim reported to be missing, 0: none
  std::uint64_t not_taken_ = 0;     // the claim that the service saw first in a batch and did not take, 0: none
  std::optional<std::uint64_t> reported_backlog_;
  std::optional<std::chrono::milliseconds> armed_for_;
  RetryPass retries_;
  std::string retry_correlation_;  // empty: no retry waits for its receipt
  outbox::Retried retried_;        // by the batch of that correlation
  std::chrono::milliseconds retry_deadline_{};
  std::unique_ptr<Transport> transport_;
};

}  // namespace greentill::uplink
