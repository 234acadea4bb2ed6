// SPDX-License-Identifier: Apache-2.0
// What a technician must know of the device's own certificate and clock although sales go on. Clocks come first: a wrong one
// makes a good certificate look bad. docs/design.md, "Under which certificate a device signs", says what is refused and what is
// told. Threads: safe from any thread, but for start() and check_usable(), which come first.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/engine/boot.hpp"

namespace greentill::app {

class SelfCheck {
 public:
  /// Clocks that are no further apart agree: a receipt may have been under way, or waited for the disk, for a while.
  static constexpr std::int64_t kAgreeSeconds = 600;
  struct About {
    crypto::Certificate certificate;
    std::filesystem::path certificate_file;
    std::optional<crypto::Authority>
        authority;  ///< who the broker's and the service's certificates lead to; none without [uplink]
    std::optional<std::int64_t> store_written;  ///< when the store was last written, before this start
    std::filesystem::path store;
    /// What else is to be known of the clock, as a sentence; empty: nothing.
    std::function<std::string()> time_words = [] { return std::string(); };
    /// Seconds since some start, of a clock that goes on while the machine sleeps.
    std::function<std::uint64_t()> elapsed = engine::uptime_seconds;
  };
  /// `clock` and `log` must outlive it.
  SelfCheck(About about, Clock& clock, Log& log) : about_(std::move(about)), clock_(clock), log_(log) {}

  /// Whether any service can ever take what is signed under the certificate: denied, with what to do, where it is certain that
  /// none does, whatever any clock shows.
  [[nodiscard]] Status check_usable() const;
  /// Writes what is wrong into the log, now and once a day while it lasts, and when something else becomes wrong. `strand` drops
  /// its work before this is destroyed.
  void start(Executor& strand);
  /// Tells the time that a verified receipt states.
  void heard(std::int64_t service_time);
  /// Whether a service told another time than this clock shows.
  [[nodiscard]] bool disagrees() const { return ahead().has_value(); }
  /// The clock was set right: looks again.
  void clock_moved() {
    if (strand_ != nullptr) strand_->post([this] { look(); });
  }

  /// The device goes on under another certificate.
  void renewed(const crypto::Certificate& by);
  /// Broker and service are vouched for by others from now on.
  void authorities_changed(crypto::Authority by);
  /// The best known time, Unix seconds: the service's where one was heard.
  [[nodiscard]] std::int64_t best_time() const { return clock_.unix_seconds() - ahead().value_or(0); }

  /// The time where it is sure, Unix seconds: the service's, once one was heard, or one that a time server keeps.
  [[nodiscard]] std::optional<std::int64_t> sure_time() const;
  /// How far this clock is ahead of the service's, in seconds; nothing before the first receipt, or where they agree.
  [[nodiscard]] std::optional<std::int64_t> ahead() const;

  /// What is wrong now, each a sentence; empty where nothing is.
  [[nodiscard]] std::vector<std::string> warnings() const;
  /// What a service whose clock shows that time may hold against the certificate.
  [[nodiscard]] std::string why_not_taken(std::int64_t service_time) const;

 private:
  [[nodiscard]] crypto::Certificate certificate() const;
  [[nodiscard]] std::optional<crypto::Authority> authority() const;
  [[nodiscard]] std::string name() const { return "our certificate " + about_.certificate_file.string(); }
  void look();
  void look_again();

  static constexpr std::int64_t kNever = INT64_MIN;
  const About about_;
  mutable std::mutex mutex_;
  std::optional<crypto::Certificate> renewed_;
  std::optional<crypto::Authority> followed_;
  Clock& clock_;
  Log& log_;
  Executor* strand_ = nullptr;
  std::atomic<std::int64_t> service_offset_{kNever};  // the service's time less About::elapsed, in seconds
  std::atomic<bool> told_ahead_{false};
  std::vector<std::string> told_;  // the strand's
  std::chrono::milliseconds told_at_{};
};

}  // namespace greentill::app
