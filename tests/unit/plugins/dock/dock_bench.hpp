// SPDX-License-Identifier: Apache-2.0
// A session with a lock model at its other end, and a store that is as durable as the test wants. Bytes may be lost or changed on
// the way, answers may be made up, and time is moved by hand.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "firmware/core/dock_link.hpp"
#include "plugins/dock/session.hpp"
#include "tests/unit/firmware/lock_fixture.hpp"

namespace greentill::dock::test {

using greentill::test::LockFixture;

class DockBench final : public SessionOwner, public firmware::Wire {
 public:
  explicit DockBench(LockFixture& world, const Pace& pace = {}) : pace_(pace) { connect(world); }

  /// The lock was started anew, or is another.
  void connect(LockFixture& world);
  /// The dock starts anew: what is not durable is forgotten, and all that it knew of locks.
  void restart();
  /// So many turns of the dock's loop, 20 ms each; after each the store makes durable what it has, unless it is held.
  void run(int turns);
  /// Until the round with the lock is over, and another begins.
  void run_rounds(int rounds = 1);

  /// What arrives of each byte, or nothing.
  using Way = std::function<std::optional<std::uint8_t>(std::uint8_t byte, bool to_lock)>;
  Way way;
  /// Changes what the lock answered, before it is sent with a sound checksum.
  std::function<void(firmware::Request, std::vector<std::uint8_t>& content)> forge;

  // SessionOwner
  Found find(const Hello& hello) override;
  bool hand_in(const std::shared_ptr<LockRecord>& lock, const Ride& ride) override;
  bool reject(const LockRecord& lock, std::uint32_t counter, const std::string& why) override;
  std::optional<std::uint64_t> ask(std::string_view kind, std::string_view argument) override;
  std::string attempt(const std::string& /*what*/) override { return {}; }
  std::optional<firmware::SignedSettings> settings_for(const std::string& lock) override {
    const auto found = settings.find(lock);
    return found == settings.end() ? std::nullopt : std::optional(found->second);
  }
  bool hands_out() override { return true; }
  DockImages images_for(std::uint32_t board) override {
    DockImages those;
    for (const auto& image : images) {
      if (image->file.image.board == board) those.push_back(image);
    }
    return those;
  }
  void show(const plugin::Part& part) override { shown[part.name] = part; }
  void log(gt_log_level /*level*/, const std::string& message) override { logged.push_back(message); }
  Bytes<16> nonce() override { return {7, ++nonces_}; }
  std::int64_t unix_seconds() override { return 1'790'000'000; }
  // Wire
  void send(ByteView bytes) override;

  std::map<std::string, std::map<std::uint32_t, std::vector<std::uint8_t>>> stored;  ///< durable, by lock and counter
  std::map<std::string, plugin::Part> shown;
  std::vector<std::string> logged;
  std::vector<std::string> rejected;
  std::vector<std::pair<std::string, std::string>> asked;
  bool holds = false;                                        ///< nothing becomes durable
  bool is_full = false;                                      ///< nothing is taken
  std::map<std::string, firmware::SignedSettings> settings;  ///< to be handed out, by lock
  DockImages images;                                         ///< likewise, newest first
  std::function<void()> each_turn;
  /// Answers a question at once.
  std::function<plugin::Reply(std::string_view kind, std::string_view argument)> service;

  /// What the daemon answers to a question for its licence: the licence, and the world's dock's signature behind it.
  [[nodiscard]] static plugin::Reply licence_of(LockFixture& world, std::string_view hash, const LockFixture::Message& licence);

  [[nodiscard]] const plugin::Part& part(const std::string& lock = std::string(LockFixture::kId)) { return shown[lock]; }
  [[nodiscard]] std::int64_t number(const std::string& field);

 private:
  struct Handed {
    std::shared_ptr<LockRecord> lock;
    Ride ride;
  };
  void make_durable();
  void pass_replies();

  LockFixture* world_ = nullptr;
  std::optional<firmware::DockLink> link_;
  const Pace pace_;
  Time now_{std::chrono::hours(1)};
  std::optional<Session> session_;
  std::map<std::string, std::shared_ptr<LockRecord>> locks_;
  std::deque<Handed> handed_;
  std::deque<plugin::Reply> replies_;
  std::uint64_t questions_ = 0;
  std::uint8_t nonces_ = 0;
};

}  // namespace greentill::dock::test
