// SPDX-License-Identifier: Apache-2.0
// Walks along the chains in a file, claim by claim, and tells where they break. Each device has one current chain; claims of
// several devices may be mixed in one file. After a break the claim at hand becomes the new head, so that one fault is told once.
// A device's chains go on from one another, and never from another device's. Threads: one. Memory grows with the number of signed
// chains.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/claim/chain.hpp"
#include "tools/cli/verify/finding.hpp"
#include "tools/cli/verify/kept_claims.hpp"
#include "tools/cli/verify/missing_claims.hpp"

namespace greentill::cli {

class ChainWalk {
 public:
  /// With `partial`, the file may hold a device's claims from the middle of a chain on, or a chain without its predecessor, as it
  /// does once delivered claims were pruned. `kept` knows what payload stands behind a head's place; it must outlive the walk.
  ChainWalk(bool partial, const KeptClaims& kept, FindingSink sink)
      : partial_(partial),
        kept_(kept),
        sink_(std::move(sink)),
        missing_([this](const MissingClaims& stretch) { tell_missing(stretch); }) {}
  ChainWalk(const ChainWalk&) = delete;
  ChainWalk& operator=(const ChainWalk&) = delete;

  /// Takes the next claim; false where a finding about its place was told. `proven`: the device signed it, under a certificate
  /// that was given. A claim that is not proven takes a place in the chain too, so that a damaged signature is told only once;
  /// but where a proven claim goes on from the head before it, it loses that place. It counts for nothing else.
  bool follow(const claim::Claim& claim, const Digest& payload_hash, std::uint64_t offset, bool proven);
  /// Takes a claim with an unreadable payload as the next one of the device's current chain, and returns that chain's new head;
  /// null where the device has no chain yet. Lifetime: until the next call.
  const claim::ChainHead* follow_unreadable(std::string_view device, const Digest& payload_hash);
  /// Takes a gap entry's word for what is lost of its own device's chains. follow() does it for proven claims.
  void declare_lost(const claim::Gap& gap, std::string_view by);
  /// Missing claims of that chain from seq `first` on are none: a repair makes anew what they said.
  void set_apart(std::string_view device, const claim::ChainId& chain, std::uint64_t first);
  /// The service has the chain up to `seq`: what the file lacks behind the chain's end is missing, where it is the device's last.
  void reach(std::string_view device, const claim::ChainId& chain, std::uint64_t seq);
  /// Tells which claims are missing and were not declared lost by a gap entry. Called once, at the end.
  void finish();

  /// How many missing claims the devices themselves declared lost.
  [[nodiscard]] std::uint64_t declared_lost() const { return declared_lost_; }

 private:
  /// Anybody can write unsigned claims into a file: so many beginnings of unproven chains are taken, and further ones are passed
  /// over.
  static constexpr std::size_t kMostUnproven = 4096;

  struct Device {
    claim::ChainHead head;  // of the device's current chain
    /// The head before the unproven claims at the chain's end; seq 0: there was none; nothing: none is unproven.
    std::optional<claim::ChainHead> before;
  };
  /// The heads of chains that another chain went on from, by device and chain id.
  using Ended = std::map<std::pair<std::string, claim::ChainId>, claim::ChainHead>;

  bool place(const claim::Claim& claim, const Digest& payload_hash, bool proven);
  bool begin_behind_successor(const claim::Claim& claim);
  bool begin_chain(const claim::Claim& claim);
  bool check_start(const claim::Claim& claim, const claim::Start& start);
  bool check_predecessor(const claim::Claim& claim, const claim::Predecessor& named, bool repairs);
  /// Judges a start that goes on from a place before the end of a chain.
  bool before_end(const claim::Claim& claim, const claim::Predecessor& named, std::uint64_t end, bool repairs);
  bool link(const claim::Claim& claim);
  /// Judges a claim with claims missing before it, from seq `first` on.
  bool after_missing(std::uint64_t first, const claim::Claim& claim);
  bool start_inside(const claim::Claim& claim);
  bool behind_head(const claim::ChainHead& head, const claim::Claim& claim);
  /// Judges a claim of a chain that another chain went on from.
  bool after_end(Ended::iterator ended, const claim::Claim& claim, const Digest& payload_hash, bool proven);
  bool behind_successor(const claim::Claim& claim);
  void adopt(const claim::Claim& claim, const Digest& payload_hash, bool proven);
  void set_aside_unproven(const claim::Claim& claim, claim::ChainHead before);
  bool tell(Reason reason, std::string detail, const claim::Claim& claim);
  void tell_missing(const MissingClaims& stretch);
  void miss(std::string_view device, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last);
  /// Notes which claims of a predecessor, as a start entry names it, the file lacks.
  void miss_end(const claim::Predecessor& named);
  Device* find(std::string_view device);
  /// The last head of that chain that the file holds; null where it holds none of it.
  const claim::ChainHead* end_of(const claim::Predecessor& named);

  bool partial_;
  const KeptClaims& kept_;
  FindingSink sink_;
  std::map<std::string, Device, std::less<>> devices_;
  Ended ended_;
  Device* device_ = nullptr;  // the current claim's device, in devices_
  std::uint64_t offset_ = 0;  // the current claim's offset in the file
  MissingList missing_;
  std::size_t unproven_begun_ = 0;
  std::uint64_t declared_lost_ = 0;
};

}  // namespace greentill::cli
