// SPDX-License-Identifier: Apache-2.0
// A bike's lock: turns what bolt and wheel do into signed rides, and keeps them until the service has settled them. docs/lock.md
// says what a ride is. The board calls it from one loop: events as they come, tick() at least each second. Threads: one thread.
#pragma once

#include "daemon/claim/dock_licence.hpp"
#include "firmware/core/identity.hpp"
#include "firmware/core/journal.hpp"
#include "firmware/core/lock_clock.hpp"
#include "firmware/core/ports.hpp"
#include "firmware/core/ride_machine.hpp"

namespace greentill::firmware {

/// Settings as the trusted key signed them for one lock. docs/dock-link.md, "Settings".
struct SignedSettings {
  std::uint16_t number = 0;  ///< rises: settings that were taken are not taken again
  Settings settings;
  claim::Signature signature{};
};
/// Number and settings, as they are signed and sent.
using SettingsBytes = Bytes<12>;
[[nodiscard]] SettingsBytes settings_bytes(const SignedSettings& settings);
[[nodiscard]] Digest settings_digest(const claim::Hasher& hasher, std::string_view lock, const SignedSettings& settings);

struct LockPorts {
  Flash& journal;   ///< for rides and state alone
  Flash& identity;  ///< one sector, for what is written once
  Keys& keys;
  Entropy& entropy;
  Board& board;
  const claim::Hasher& hasher;
};

class Lock {
 public:
  /// Lifetime: the ports'.
  explicit Lock(const LockPorts& ports) : ports_(ports), journal_(ports.journal), identity_(ports.identity, ports.hasher) {}

  /// What this start found. A lock that is not ready takes no rides: it stays as it is, for a technician.
  enum class Start : std::uint8_t {
    ready,
    not_provisioned,  ///< it has a key and no name yet: see identity()
    no_key,           ///< the entropy failed, or the keys' memory
    no_flash,
  };
  /// To be called once, before all else. Makes the key at the first start. Ends a ride that the power failed in.
  [[nodiscard]] Start start();

  void unlock();
  void pulse();
  void close();
  void dock();
  /// Ends what is over, signs and keeps it; keeps what is counted of a ride each minute. Where the key cannot be used the ride
  /// waits for a later tick, until the next one begins or the power fails: then it is counted as refused, or ends as after a
  /// power failure.
  void tick();

  /// The supply is about to fail: what is counted of a ride, and the time, are kept now. Once for each warning; where the power
  /// comes back, the ride goes on.
  void power_fails();

  [[nodiscard]] RidePhase phase() const { return machine_.phase(); }
  /// A ride is under way, or one waits for its signature: no time to start anew.
  [[nodiscard]] bool busy() const { return machine_.in_ride() || unsigned_.has_value(); }
  [[nodiscard]] const Journal& journal() const { return journal_; }
  [[nodiscard]] Identity& identity() { return identity_; }
  [[nodiscard]] const LockClock& clock() const { return clock_; }
  [[nodiscard]] std::int64_t now() const { return clock_.now(ports_.board.uptime_ms()); }

  /// A dock has kept every ride up to the counter. Beyond the last ride, or below what is acknowledged already, it changes
  /// nothing. False where it could not be kept.
  [[nodiscard]] bool acknowledge(std::uint32_t counter);
  /// Whether a dock may acknowledge that: what it brings is a licence's message, which the trusted key signed and which is not
  /// over by this lock's clock, and a signature under the key that it names. A clock that was off is behind, and no reason to
  /// refuse.
  enum class Licensed : std::uint8_t { yes, not_trusted, over, not_its_key };
  [[nodiscard]] Licensed licensed(ByteView message, const claim::Acknowledgement& what, const claim::Signature& proof);
  /// The service's word, a lock receipt's message: taken where the trusted key signed it for this lock.
  enum class Taken : std::uint8_t { yes, refused, not_kept };
  [[nodiscard]] Taken settle(ByteView message);
  /// Sets the clock by a time's message: taken where the trusted key signed it over the nonce that this lock asked with, once.
  [[nodiscard]] Taken set_time(ByteView message);
  /// What the next time must be asked with; drawn anew by each call. False where the entropy failed.
  [[nodiscard]] bool ask_time(claim::Nonce& out);
  /// Whether the trusted key signed it.
  [[nodiscard]] bool trusts(const claim::KeyedMessage& message);
  /// Takes settings of a higher number than the last; refused too where one is outside what a bike can have.
  [[nodiscard]] Taken configure(const SignedSettings& settings);

 private:
  struct Concluded {
    FinishedRide ride;
    std::int64_t ended_at = 0;
  };
  void conclude(const Concluded& ride);
  void refuse();
  [[nodiscard]] Kept sign_and_keep(const Concluded& ride);
  void checkpoint(std::uint64_t now_ms);
  [[nodiscard]] LockState state_now() const;

  LockPorts ports_;
  Journal journal_;
  Identity identity_;
  LockClock clock_;
  RideMachine machine_;
  claim::KeyId key_{};
  std::optional<Concluded> unsigned_;  ///< over, and the key could not be used
  std::uint64_t checkpoint_ms_ = 0;
  bool checkpointed_ = false;
  claim::Nonce nonce_{};
  bool asked_ = false;
};

}  // namespace greentill::firmware
