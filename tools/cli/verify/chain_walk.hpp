// SPDX-License-Identifier: Apache-2.0
// Walks along the chains of a file, claim by claim, and tells where they break. Each device has a chain of its own at hand: those
// of several may stand in one file in any mixture. After a break it takes the claim at hand as the new head, so that one fault is
// told once. Threads: one. Memory grows with the number of signed chains.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/claim/chain.hpp"
#include "tools/cli/verify/finding.hpp"
#include "tools/cli/verify/missing_claims.hpp"

namespace greentill::cli {

class ChainWalk {
 public:
  /// `partial`: what the file has of a device may begin in the middle of a chain, or with one whose predecessor it does not hold,
  /// as it does once delivered claims are pruned.
  ChainWalk(bool partial, FindingSink sink)
      : partial_(partial), sink_(std::move(sink)), missing_([this](const MissingClaims& stretch) { tell_missing(stretch); }) {}
  ChainWalk(const ChainWalk&) = delete;
  ChainWalk& operator=(const ChainWalk&) = delete;

  /// Takes the next claim; false where a finding was told about its place. `proven`: its device signed it, under a certificate
  /// that was given. Another one has its place, so that a spoilt signature is told once, unless a proven one goes on from before
  /// it; it speaks for nothing else.
  bool follow(const claim::Claim& claim, const Digest& payload_hash, std::uint64_t offset, bool proven);
  /// Takes a claim whose payload cannot be read as the next of the device's chain at hand and returns where that now stands; null
  /// where the device has none. Lifetime: until the next call.
  const claim::ChainHead* follow_unreadable(std::string_view device, const Digest& payload_hash);
  /// Tells what is missing and was not declared lost by a gap entry.
  void finish();

  /// Claims that the device itself declared lost.
  [[nodiscard]] std::uint64_t declared_lost() const { return declared_lost_; }

 private:
  /// Anyone can write claims that nobody signed: of as many the beginnings of chains are kept.
  static constexpr std::size_t kMostUnproven = 4096;

  struct Device {
    claim::ChainHead head;                            // of its chain at hand
    std::optional<claim::ChainHead> before;           // the head before claims that are not proven; seq 0: none
    bool origin_known = false;                        // whether the file tells what its first claims went on from
    std::set<std::string, std::less<>> went_on_from;  // other devices, by the operator's consent
  };
  /// By device and chain: those that another chain went on from.
  using Ended = std::map<std::pair<std::string, claim::ChainId>, claim::ChainHead>;

  bool place(const claim::Claim& claim, const Digest& payload_hash, bool proven);
  bool begin_behind_successor(const claim::Claim& claim);
  bool begin_chain(const claim::Claim& claim);
  bool check_start(const claim::Claim& claim, const claim::Start& start);
  bool check_predecessor(const claim::Claim& claim, const claim::Predecessor& named);
  bool link(const claim::Claim& claim);
  /// What stands behind claims that the file lacks, from `first` on.
  bool after_missing(std::uint64_t first, const claim::Claim& claim);
  bool start_inside(const claim::Claim& claim);
  bool behind_head(const claim::ChainHead& head, const claim::Claim& claim);
  /// A claim of a chain that another one went on from.
  bool after_end(Ended::iterator ended, const claim::Claim& claim, const Digest& payload_hash, bool proven);
  bool behind_successor(const claim::Claim& claim);
  void adopt(const claim::Claim& claim, const Digest& payload_hash, bool proven);
  void set_aside_unproven(const claim::Claim& claim, claim::ChainHead before);
  void end_predecessor(const claim::Predecessor& named);
  void take_origin(const claim::Claim& claim, bool first_of_device);
  void declare_lost(const claim::Gap& gap, std::string_view by);
  bool tell(Reason reason, std::string detail, const claim::Claim& claim);
  void tell_missing(const MissingClaims& stretch);
  void miss(std::string_view device, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last);
  /// What the file lacks of a chain that a start names.
  void miss_end(const claim::Predecessor& named);
  Device* find(std::string_view device);
  /// Where the file has a chain end so far; null where it does not hold it.
  const claim::ChainHead* end_of(const claim::Predecessor& named);

  bool partial_;
  FindingSink sink_;
  std::map<std::string, Device, std::less<>> devices_;
  Ended ended_;
  Device* device_ = nullptr;  // among devices_: the one at hand
  std::uint64_t offset_ = 0;  // of the claim at hand
  MissingList missing_;
  std::size_t unproven_begun_ = 0;
  std::uint64_t declared_lost_ = 0;
};

}  // namespace greentill::cli
