// SPDX-License-Identifier: Apache-2.0
// What a session with a lock needs of the dock. Threads: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/core/lock.hpp"
#include "firmware/files/image_file.hpp"
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
  /// Whether there are images at all,
  [[nodiscard]] virtual bool has_images() = 0;
  /// and the newest for a board, if it is above `floor`.
  [[nodiscard]] virtual std::shared_ptr<const firmware::ImageFile> image_for(std::uint32_t board, std::uint32_t floor) = 0;
  /// What is to be seen of a lock.
  virtual void show(const plugin::Part& part) = 0;
  virtual void log(gt_log_level level, const std::string& message) = 0;
  [[nodiscard]] virtual Bytes<16> nonce() = 0;
  [[nodiscard]] virtual std::int64_t unix_seconds() = 0;

 protected:
  ~SessionOwner() = default;
};

}  // namespace greentill::dock
