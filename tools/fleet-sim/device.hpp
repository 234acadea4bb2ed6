// SPDX-License-Identifier: Apache-2.0
// A device of the fleet: its chain, the claims that wait for receipts, and its session, which does what the daemon's uplink does
// (docs/mqtt.md, "Sending: the window"), with the uplink's own window and messages. What it has is in memory alone. Threads: the
// loop's.
#pragma once

#include <asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "daemon/base/backoff.hpp"
#include "daemon/crypto/signer.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/uplink/protocol.hpp"
#include "daemon/uplink/window.hpp"
#include "tools/fleet-sim/claims.hpp"
#include "tools/fleet-sim/folder.hpp"
#include "tools/fleet-sim/gate.hpp"
#include "tools/fleet-sim/line.hpp"

namespace greentill::fleet_sim {

/// How devices behave; the daemon's defaults.
struct Manner {
  std::string host;
  int port = 0;
  std::chrono::milliseconds receipt_timeout{30'000};
  std::chrono::milliseconds backoff_least{1'000};
  std::chrono::milliseconds backoff_most{300'000};
  std::size_t batches_in_flight = 8;
  std::chrono::milliseconds gather{0};  ///< for so long after a batch the next one waits for more claims; the daemon does not
  int keep_alive_s = 60;
};

/// What all devices share. It outlives them.
struct World {
  asio::io_context& loop;
  Tls& tls;
  const Manner& manner;
  ClaimMaker& maker;
  Random& random;
  Clock& clock;
  identity::ReceiptTrust& trust;
  Gate& gate;
  Figures& figures;
  std::function<void()> moved;  ///< called whenever a device has got further
};

class Device final : public LineListener {
 public:
  /// `key` and `certificate`: PEM. invalid where they do not belong together.
  static Result<std::unique_ptr<Device>> make(World& world, Maker maker, const std::string& key, const std::string& certificate,
                                              const Place& place);
  ~Device() override;

  /// Connects, and comes back by itself from now on, as long as leave() or stay_away() is not called.
  void come();
  /// Drops its line without a word. `away`: and stays away until come(); else it comes back as after any loss.
  void drop(bool away);
  /// Says goodbye.
  void leave();
  /// An act happens: one claim more. Stops the program's work where it cannot be made.
  Status act();
  /// For timeouts and pings; to be called every second or so.
  void tick();

  [[nodiscard]] bool connected() const { return connected_; }
  /// Whether the service has answered on this line.
  [[nodiscard]] bool ready() const { return answered_; }
  [[nodiscard]] bool away() const { return away_; }
  /// Whether no claim waits for its receipt.
  [[nodiscard]] bool settled() const { return waiting_.empty() && head_.seq > 0; }
  [[nodiscard]] const Place& place() const { return stored_; }

  void on_connected() override;
  void on_subscribed(bool taken) override;
  void on_acknowledged(bool taken) override;
  void on_message(std::string_view topic, ByteView payload, std::string_view correlation) override;
  void on_lost(const std::string& why) override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    MadeClaim claim;
    Time made;
    Time sent;  ///< the first time; the clock's epoch: never
  };

  Device(World& world, Maker maker, crypto::Signer signer, Credential credential, const Place& place);
  void keep(MadeClaim made);
  [[nodiscard]] static std::chrono::microseconds since(Time then);
  void dial();
  void come_back();
  void leave_gate();
  void end_session();
  void publish_status(bool online);
  void ask();
  void pump();
  bool send_batch();
  void publish(ByteView claims, std::string correlation);
  void apply(const claim::Receipt& receipt, std::string_view correlation);
  void count(const claim::Receipt& receipt);
  void grant(std::uint64_t seq, std::int64_t mg);
  void deliver(const claim::Receipt& receipt);
  void give_up_line(const char* why);

  World& world_;
  const Maker maker_;
  crypto::Signer signer_;
  const Credential credential_;
  const uplink::Topics topics_;
  Backoff backoff_;
  uplink::Window window_;
  asio::steady_timer timer_;
  std::shared_ptr<Line> line_;

  claim::ChainHead head_;  // of what was made
  Place stored_;           // of what receipts said
  std::deque<Waiting> waiting_;
  const std::uint64_t begun_at_;       // the seq behind which this run goes on
  std::vector<std::int64_t> granted_;  // of each claim of this run that was made: what it asks for until a receipt says otherwise

  std::string question_;  // the correlation data of the one that waits for its answer
  std::chrono::milliseconds question_due_{};
  unsigned asked_ = 0;  // in vain
  std::chrono::milliseconds gathering_until_{};
  std::chrono::milliseconds came_{};
  Time dialled_;
  int subscriptions_ = 0;
  std::size_t unacknowledged_ = 0;
  bool away_ = true;
  bool at_gate_ = false;
  bool in_gate_ = false;
  bool connected_ = false;
  bool answered_ = false;
  bool leaving_ = false;
  Traffic connecting_;
};

}  // namespace greentill::fleet_sim
