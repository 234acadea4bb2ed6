// SPDX-License-Identifier: Apache-2.0
// One simulated lock: the firmware on a board whose flash is a file and whose power can fail at any operation of it. Its time is
// its own, and runs with what it does. Threads: one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "firmware/core/dock_link.hpp"
#include "firmware/core/flash_part.hpp"
#include "firmware/port/host/host_board.hpp"
#include "firmware/port/mbedtls/mbedtls_keys.hpp"
#include "tools/lock-sim/cutting_flash.hpp"
#include "tools/lock-sim/programme.hpp"
#include "tools/lock-sim/trips.hpp"

namespace greentill::lock_sim {

class SimLock {
 public:
  struct About {
    std::string folder;
    std::string name;
    std::uint64_t seed = 0;
    Programme& programme;
    bool only_licensed_docks = false;  ///< acknowledge its rides, from when it is made
  };
  /// Opens it, or makes and provisions it. corrupt where the flash is another lock's or not one.
  static Result<std::unique_ptr<SimLock>> open(const About& about);

  /// Sets its clock, over a nonce of its own, as a dock does.
  Status set_time(std::int64_t unix_seconds);
  /// Rides and docks. The power may fail within it.
  void ride(const Trip& trip);
  /// The power fails in one of the next so many operations of its flash.
  void cut_within(std::uint32_t operations) { cutting_.cut_within(operations); }

  /// What comes from the line; the answer goes to the wire. Where the power fails meanwhile, nothing is answered.
  void receive(ByteView bytes, firmware::Wire& wire);
  /// The line is another's.
  void leave() { link_.reset(); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] firmware::PublicPoint key();
  [[nodiscard]] const firmware::LockState& state() const { return lock_->journal().state(); }
  [[nodiscard]] std::uint64_t power_cuts() const { return cuts_; }
  /// Of all rides that it made in this life, those that the power failed in too.
  [[nodiscard]] std::uint64_t metres() const { return metres_; }

 private:
  SimLock(std::unique_ptr<firmware::FileFlash> flash, const About& about);
  Status provision();
  Status demand_licences();
  Status try_time(std::int64_t unix_seconds);
  /// Starts it anew where its power failed.
  void look_at_power();
  firmware::Lock::Start start();
  [[nodiscard]] firmware::LockPorts ports();

  std::string name_;
  Programme& programme_;
  std::unique_ptr<firmware::FileFlash> flash_;
  std::mt19937_64 random_;
  CuttingFlash cutting_;
  firmware::FlashPart key_flash_;
  firmware::FlashPart identity_flash_;
  firmware::FlashPart journal_flash_;
  firmware::MbedtlsHasher hasher_;
  firmware::MbedtlsKeys keys_;
  firmware::HostEntropy entropy_;
  firmware::HostBoard board_;
  std::optional<firmware::Lock> lock_;
  std::optional<firmware::DockLink> link_;
  struct Answers final : firmware::Wire {
    void send(ByteView answer) override { bytes.insert(bytes.end(), answer.begin(), answer.end()); }
    std::vector<std::uint8_t> bytes;
  } answers_;
  std::uint64_t cuts_ = 0;
  std::uint64_t metres_ = 0;
};

}  // namespace greentill::lock_sim
