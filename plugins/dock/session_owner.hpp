// SPDX-License-Identifier: Apache-2.0
// What a session with a lock needs of the dock. Threads: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/core/lock.hpp"
#include "plugins/dock/dock_image.hpp"
#include "plugins/dock/hello.hpp"
#include "plugins/dock/lock_record.hpp"
#include "plugins/dock/ride.hpp"

namespace greentill::dock {

class SessionOwner {
 public:
  /// The lock with this name and key, as it is known; null, with the reason, where nothing is taken from it.
  struct Found {
    std::shared_ptr<LockRecord> record;
    std::string fault;
  };
  virtual Found find(const Hello& hello) = 0;
  /// Hands a ride in; false where the store takes no more now.
  [[nodiscard]] virtual bool hand_in(const std::shared_ptr<LockRecord>& lock, const Ride& ride) = 0;
  /// Hands in that a ride cannot be used; false where the store takes no more now.
  [[nodiscard]] virtual bool reject(const LockRecord& lock, std::uint32_t counter, const std::string& why) = 0;
  /// Asks the service: the question's number; nothing where it cannot be asked now.
  [[nodiscard]] virtual std::optional<std::uint64_t> ask(std::string_view kind, std::string_view argument) = 0;
  /// Says what is about to be read: why it is given up, or nothing (gt_services.attempt).
  [[nodiscard]] virtual std::string attempt(const std::string& what) = 0;
  /// The settings that the programme signed for that lock, if any.
  [[nodiscard]] virtual std::optional<firmware::SignedSettings> settings_for(const std::string& lock) = 0;
  /// Whether images are handed out here, though there may be none now,
  [[nodiscard]] virtual bool hands_out() = 0;
  /// and those for a board, newest first.
  [[nodiscard]] virtual DockImages images_for(std::uint32_t board) = 0;
  /// What is to be seen of a lock.
  virtual void show(const plugin::Part& part) = 0;
  virtual void log(gt_log_level level, const std::string& message) = 0;
  [[nodiscard]] virtual Bytes<16> nonce() = 0;
  [[nodiscard]] virtual std::int64_t unix_seconds() = 0;

 protected:
  ~SessionOwner() = default;
};

}  // namespace greentill::dock
