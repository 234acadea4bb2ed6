// SPDX-License-Identifier: Apache-2.0
// What happens on one connection: claims out as the window allows, receipts in, refused claims once more. A session ends with its
// connection; the window outlives it. Private to daemon/uplink. Threads: the strand's.
//
// What always holds:
// - At each connection, and once a day, a question goes out, and no claims before its answer. The answer decides which chain's
//   claims go out, and from where on; without one there is no chain_.
// - Claims leave in the order of their seqs, from the window's next one on. Only retries of refused claims are sent from behind
//   it.
// - Only a receipt that is durable moves the window. A batch that was sent and has no receipt is sent again.
// - At most one retry is on its way, and the window never waits for it.
// - While the service has asked to be left alone, or chains are changed, nothing is sent but a status.
// - At the broker no more is under way than the window and three messages (a retry, a question, a status): beyond that Paho
//   would hold the backlog in memory.
// - Once ended_ is set the owner is not called any more. Work that comes later finds the session destroyed (weak_from_this) or
//   ended.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "daemon/uplink/course.hpp"
#include "daemon/uplink/data_meter.hpp"
#include "daemon/uplink/protocol.hpp"
#include "daemon/uplink/retry_pass.hpp"
#include "daemon/uplink/standstill.hpp"
#include "daemon/uplink/transport.hpp"
#include "daemon/uplink/troubles.hpp"
#include "daemon/uplink/window.hpp"

namespace greentill::uplink {

/// What to connect with. A broker may ask for other terms than ours; they hold for the sessions that follow.
struct Terms {
  std::chrono::seconds keep_alive{};
  bool retains = true;  ///< whether status messages may be retained, the will among them
};

/// What all sessions of an uplink share. The uplink owns it or was given it; it outlives the sessions.
struct Surroundings {
  Options options;
  Executor& strand;
  Clock& clock;
  Random& random;
  Log& log;
  outbox::Reader& reader;
  ReceiptBook& book;
  outbox::Repairer& repairer;
  identity::ReceiptTrust& trust;
  StatusBoard& board;
  Troubles& troubles;
  Window& window;
  /// Set before the outbox is asked for claims that it may not have yet: whoever stores claims then has to wake the session.
  std::atomic<bool>& awaits_claims;
  const Terms& terms;
  DataMeter& meter;
  std::chrono::milliseconds& pause;  ///< until when the service takes nothing, of Clock::monotonic()
};

/// What a session reports to its uplink, on the strand.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  /// Connected and subscribed. At most once.
  virtual void session_ready() = 0;
  /// The broker takes us on other terms only, which differ from ours and are to be connected with at once. As session_ended().
  virtual void session_needs(const Terms& terms) = 0;
  /// The month's data has no room for what would go out next. As session_ended().
  virtual void session_used_up() = 0;
  /// A receipt was made durable, whether or not it moved the window.
  virtual void receipt_applied() = 0;
  /// The connection is over, or could not be made. Called at most once, as the last call: the session is of no further use, and
  /// may be destroyed here. Not called after stop().
  virtual void session_ended(const Error& why) = 0;
};

/// One connection's work. Must be owned by a std::shared_ptr: callbacks hold it weakly.
class Session final : public TransportListener, public std::enable_shared_from_this<Session> {
 public:
  /// Both must outlive the session.
  Session(const Surroundings& around, SessionOwner& owner);

  /// Begins to connect; may be called once. The owner hears what comes of it.
  void start(const BrokerAddress& address);
  /// Sends the stored claims that the window has room for. Does nothing unless the session is ready.
  void pump();
  /// Sends all claims again that were refused for now before this second. Does nothing unless the session is ready: it then sends
  /// what is due by itself.
  void retry_now();
  /// Counts what the line has carried, and gives it up where the month's data has no room for more.
  void look_at_data();
  /// Asks where the chain stands, unless what is under way is answered anyway. Does nothing unless the session is ready: it then
  /// asks by itself.
  void question_now();
  /// Publishes "offline" and disconnects; blocks for a second at most. The owner is not called any more.
  void stop();

  /// For how long nothing has come from the broker.
  [[nodiscard]] std::chrono::milliseconds silence() const { return around_.clock.monotonic() - heard_; }

  void on_connected(const paho::BrokerLimits& limits) override;
  void on_retained_refused() override;
  void on_ready() override;
  void on_acknowledged(const std::string& refusal) override;
  void on_message(ByteView payload, std::string_view correlation) override;
  void on_news(ByteView payload) override;
  void on_used(std::uint64_t bytes) override { around_.meter.reckon(bytes); }
  void on_lost(Error error) override { end(error); }

 private:
  // questions.cpp
  void ask();
  void wait_for_answer();
  void ask_again();
  void on_answer(const Answer& answer, const outbox::AppliedReceipt& applied);
  void follow(const Course& course);
  void tell_left_behind(const std::string& words);
  void change_chains(const Course& course);
  void on_changed(const Status& changed, bool left);
  void note_state(const Answer& answer);
  void tell_went_back(const Answer& answer, const outbox::KnownChain& chain);
  [[nodiscard]] bool may_send() const { return ready_ && !ended_ && !changing_ && question_.empty() && !pauses(); }
  [[nodiscard]] bool pauses() const { return around_.clock.monotonic() < around_.pause; }
  void pause(std::uint32_t seconds);
  void end_pause();

  // sending.cpp
  bool refresh_chain();
  void fill_window();
  void report_missing();
  void report_too_large();
  /// The size of a packet with so many bytes of claims.
  [[nodiscard]] std::size_t claims_packet(std::size_t bytes) const;
  [[nodiscard]] std::size_t batch_bytes() const;
  bool send(const claim::ChainId& chain, ByteView claims, const std::string& correlation);

  // data.cpp
  void count(std::size_t packet);
  void measure();
  [[nodiscard]] std::uint64_t spoken_for() const;
  [[nodiscard]] bool has_room(std::size_t packet) const;
  [[nodiscard]] std::size_t room_for_claims(std::size_t beside) const;
  void stop_short();

  bool send_status();
  [[nodiscard]] bool retains() const;
  /// Publishes a message that fits. False where the session ended.
  bool publish(const Publication& publication);
  void needs(const Terms& terms);

  void on_applied(const std::string& correlation, const Answer& answer, const Result<outbox::AppliedReceipt>& applied);
  void on_receipt(const std::string& correlation, const Answer& answer, const outbox::AppliedReceipt& applied);
  void tell_outcomes(const outbox::AppliedReceipt& applied);
  void clear_trouble(bool moved);

  void arm_timer();
  void on_timer(std::chrono::milliseconds due);
  void give_up_waiting();

  // retries.cpp
  void arm_retry_timer();
  void look_again();
  void begin_retries();
  bool send_retry();

  void end(const Error& why);
  template <typename F>
  void after(std::chrono::milliseconds delay, F work) {
    around_.strand.post_after(delay, [session = weak_from_this(), work] {
      const auto alive = session.lock();
      if (alive && !alive->ended_) work(*alive);
    });
  }

  const Surroundings& around_;
  SessionOwner& owner_;
  Topics topics_;
  paho::BrokerLimits limits_;
  std::optional<claim::ChainId> chain_;
  outbox::ClaimBatch batch_;  // reused, so that a drain does not allocate
  bool connected_ = false;
  bool ready_ = false;
  bool ended_ = false;
  std::size_t unacknowledged_ = 0;     // publications without a PUBACK
  std::deque<std::uint64_t> handed_;   // about what each of these makes on the line
  bool measured_ = false;              // the kernel counts what the connection carries
  std::size_t applying_ = 0;           // receipts that the book has
  std::uint64_t stored_ = 0;           // the chain's last seq, as refresh_chain() saw it
  std::uint64_t missing_ = 0;          // the claim reported to be missing, 0: none
  std::uint64_t too_large_ = 0;        // the claim reported to be too large for the broker, 0: none
  std::chrono::milliseconds heard_{};  // when something last came from the broker
  std::uint64_t not_taken_ = 0;        // the claim that the service saw first in a batch and did not take, 0: none
  bool ends_ = false;                  // chain_ is not the newest: when it is delivered, the next one comes
  std::string question_;               // the correlation data of the one that has no answer; empty: none
  claim::ChainId asked_{};             // the chain that it named
  std::chrono::milliseconds question_deadline_{};
  unsigned vain_questions_ = 0;   // in a row
  bool question_wanted_ = false;  // by somebody, once what was sent is acknowledged
  std::chrono::milliseconds next_question_{};
  bool changing_ = false;      // the store's chains are changed, by a repair or a gap
  bool beside_waits_ = false;  // something of an assignment that was left, for which the newest chain has to be there
  bool left_failed_ = false;   // what waits of an assignment that was left could not be made anew
  bool more_waits_ = false;    // the last receipt had no room for all
  std::optional<std::uint64_t> reported_backlog_;
  std::optional<std::chrono::milliseconds> armed_for_;
  Standstill standstill_;
  RetryPass retries_;
  std::int64_t retry_before_ = INT64_MIN;  // what was refused before is due, whenever that was; Unix seconds
  std::string retry_correlation_;          // empty: no retry waits for its receipt
  outbox::Retried retried_;                // by the batch of that correlation
  std::chrono::milliseconds retry_deadline_{};
  std::unique_ptr<Transport> transport_;
};

}  // namespace greentill::uplink
