// SPDX-License-Identifier: Apache-2.0
// A fleet's folder: who its devices are, their keys and certificates, what the registry reads of them, and where their chains
// stand. docs/fleet-sim.md, "The folder". Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/chain.hpp"
#include "tools/fleet-sim/day.hpp"

namespace greentill::fleet_sim {

struct Member {
  std::string device;
  Kind kind = Kind::dock;
  std::string merchant;
};

/// What a device has stored of the service's receipts.
struct Place {
  claim::ChainHead head;
  std::uint64_t epoch = 0;
  std::uint64_t change = 0;
};

struct NewFleet {
  std::size_t devices = 100;
  std::size_t merchants = 10;
  double docks = 0.5;         ///< which share of the devices are docks; the others are tills
  std::string authority;      ///< PEM file of the certificate that the devices' are to be issued by
  std::string authority_key;  ///< PEM file
  int days = 30;              ///< for which the certificates are valid
};

class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}

  /// Makes keys and certificates, and the CSV files that the registry is filled from. conflict where there is a fleet already.
  Status make(const NewFleet& fleet);

  /// Its members, in order. not_found where there is no fleet; invalid, naming the line.
  [[nodiscard]] Result<std::vector<Member>> members() const;
  /// PEM.
  [[nodiscard]] Result<std::string> key(const Member& member) const;
  [[nodiscard]] Result<std::string> certificate(const Member& member) const;
  /// The file in which the settings of one of the merchant's devices are, as greentill-credit device settings writes them.
  [[nodiscard]] std::filesystem::path settings(const std::string& merchant) const;

  /// Where the chains of members stand, in their order; empty before the first run. Until keep_places() there are none: a run
  /// that is killed does not know what the service has of it. conflict after such a run.
  Result<std::vector<Place>> take_places();
  Status keep_places(const std::vector<Place>& places);

 private:
  [[nodiscard]] std::filesystem::path file_of(const std::string& device, const char* ending) const;
  std::filesystem::path path_;
};

}  // namespace greentill::fleet_sim
