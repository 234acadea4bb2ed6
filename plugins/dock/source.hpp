// SPDX-License-Identifier: Apache-2.0
// The source `dock`: rides of locks, as they signed them; docs/dock.md is what its user reads. Threads: one thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/dock/handout.hpp"
#include "plugins/dock/line.hpp"
#include "plugins/dock/lock_list.hpp"
#include "plugins/dock/session_owner.hpp"

namespace greentill::dock {

class DockSource final : public plugin::Source, public SessionOwner {
 public:
  DockSource(std::string_view configuration, plugin::Services services);
  DockSource(DockSource&&) = delete;
  ~DockSource() override = default;

  void start(std::string_view position) override;
  Progress poll(std::chrono::milliseconds wait, const plugin::Inlet& inlet) override;
  void durable(std::uint64_t count) override;

  Found find(const Hello& hello) override;
  bool hand_in(const std::shared_ptr<LockRecord>& lock, const Ride& ride) override;
  bool reject(const LockRecord& lock, std::uint32_t counter, const std::string& why) override;
  std::optional<std::uint64_t> ask(std::string_view kind, std::string_view argument) override;
  std::string attempt(const std::string& what) override;
  void show(const plugin::Part& part) override { services_.tell(part); }
  void log(gt_log_level level, const std::string& message) override { services_.log(level, message); }
  Bytes<16> nonce() override;
  std::int64_t unix_seconds() override;
  std::optional<firmware::SignedSettings> settings_for(const std::string& lock) override;
  bool hands_out() override { return handout_.has_value(); }
  DockImages images_for(std::uint32_t board) override;

 private:
  /// A record that was handed in and is not durable; of one that was rejected there is no place.
  struct Handed {
    std::shared_ptr<LockRecord> lock;
    ChainPlace place;
  };

  void read(const toml::Table& toml);
  void take_replies(Time now);
  bool take_receipt(const plugin::Reply& reply, Time now);
  void forget_some();

  plugin::Services services_;
  Places places_;
  Pace pace_;
  std::string mode_;
  std::optional<LockList> list_;
  std::optional<Handout> handout_;
  std::map<std::string, std::shared_ptr<LockRecord>, std::less<>> locks_;
  std::deque<std::string> met_;  // the order in which they came, for forgetting
  std::deque<Handed> handed_;
  std::uint64_t durable_ = 0;
  const plugin::Inlet* inlet_ = nullptr;  // within poll()
  std::uint64_t handed_in_ = 0;
  std::optional<Lines> lines_;
};

}  // namespace greentill::dock
