// SPDX-License-Identifier: Apache-2.0
// Moves the uplink to the broker that the settings name: docs/mqtt.md, "A broker that moves". Private to daemon/uplink. Threads:
// the strand's.
//
// What always holds:
// - proven_ is the broker that gave the last receipt, or the configured one. While another is meant, the session with
//   proven_ goes on until a probe, which begins no session, has come through to the other.
// - On trial, the first receipt that is durable makes the other one proven_, for good; the connection's end, or its patience's,
//   goes back.
#pragma once

#include <memory>
#include <string>

#include "daemon/uplink/data_meter.hpp"
#include "daemon/uplink/diagnosis.hpp"
#include "daemon/uplink/troubles.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::uplink {

/// Whose connection it is.
class MovingOwner {
 public:
  virtual ~MovingOwner() = default;
  /// Ends the session that there is, and connects to Moving::broker() at once.
  virtual void connect_anew() = 0;
  /// Whether a trial may use the line now.
  virtual bool may_try() = 0;
};

class Moving {
 public:
  /// All must outlive it.
  Moving(const Options& options, Executor& strand, Clock& clock, Random& random, StatusBoard& board, Log& log, DataMeter& meter,
         MovingOwner& owner);

  /// Where to connect to.
  [[nodiscard]] const std::string& broker() const { return on_trial_ ? places_.wanted : places_.proven; }

  /// Begins to look; may be called again after stop().
  void start();
  void stop();
  /// The settings name that one from now on; empty: none.
  void name(const std::string& broker);
  /// Tries now where another one is meant.
  void try_now();
  /// A receipt was made durable.
  void receipt_applied();
  /// The connection ended. True where it was a trial: the device goes back, and is to connect at once.
  bool session_ended(const std::string& why);

 private:
  void look();
  void look_after(std::chrono::milliseconds delay);
  void probed(const probe::Finding& finding);
  void came_to_nothing(const std::string& why);
  void show(const std::string& words);

  const Options& options_;
  Executor& strand_;
  Clock& clock_;
  Random& random_;
  StatusBoard& board_;
  Log& log_;
  DataMeter& meter_;
  MovingOwner& owner_;
  BrokerPlaces places_;
  bool running_ = false;
  bool on_trial_ = false;
  unsigned failures_ = 0;
  std::uint64_t turn_ = 0;  // what was posted for another one is passed over
  std::unique_ptr<Diagnosis> probe_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace greentill::uplink
