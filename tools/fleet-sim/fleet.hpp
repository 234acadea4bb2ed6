// SPDX-License-Identifier: Apache-2.0
// The devices of a run, made from a folder, and what they share. Threads: one.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "daemon/base/system.hpp"
#include "tools/fleet-sim/simulation.hpp"

namespace greentill::fleet_sim {

class Fleet {
 public:
  /// Reads what all devices share. invalid, io or not_found where a file is wrong.
  static Result<std::unique_ptr<Fleet>> open(const RunOptions& options, asio::io_context& loop, Figures& figures);

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] const Member& member(std::size_t number) const { return members_[number]; }
  /// Reads a device's key and certificate.
  Result<std::unique_ptr<Device>> make(std::size_t number);
  /// What a device has stored, for the next run.
  void keep(std::size_t number, const Place& place) { places_[number] = place; }
  /// Once every device was kept.
  Status close() { return folder_.keep_places(places_); }

  World& world() { return *world_; }
  Gate& gate() { return gate_; }

 private:
  explicit Fleet(const RunOptions& options);
  Status prepare(asio::io_context& loop, Figures& figures);
  Result<const identity::Settings*> settings_of(const std::string& merchant);

  const RunOptions& options_;
  Manner manner_;
  Folder folder_;
  Gate gate_;
  SystemClock clock_;
  SystemRandom random_;
  std::vector<Member> members_;
  std::vector<Place> places_;
  std::map<std::string, identity::Settings> settings_;
  std::unique_ptr<measure::Library> library_;
  std::unique_ptr<identity::ReceiptTrust> trust_;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<ClaimMaker> maker_;
  std::unique_ptr<World> world_;
};

}  // namespace greentill::fleet_sim
