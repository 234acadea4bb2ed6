// SPDX-License-Identifier: Apache-2.0
// What a dock knows of a lock since its start. It is lost with the process, and that costs time alone: a lock gives again what
// the service has not settled, and what was claimed is claimed once. Threads: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/core/ports.hpp"
#include "greentill/plugin.hpp"
#include "plugins/dock/exchange.hpp"
#include "plugins/dock/ride.hpp"

namespace greentill::dock {

/// A place in a lock's chain: a counter, and the link that this ride gives, where it was seen.
struct ChainPlace {
  std::uint32_t counter = 0;
  std::optional<std::int64_t> link;
};

/// Rides that are not on a lock's flash any more: a dock acknowledged them, and their room was needed. Ranges, rising.
class GoneRides {
 public:
  /// Of more holes than that in a lock's rides the later ones are not counted.
  static constexpr std::size_t kMostRanges = 64;

  void add(std::uint32_t first, std::uint32_t last);
  /// The service has those up to there.
  void settle(std::uint32_t counter);
  [[nodiscard]] std::int64_t count() const;
  /// What is to be said of them, in words: once for each that came; else empty.
  [[nodiscard]] std::string news();

 private:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  std::vector<Range> ranges_;
  std::uint32_t told_ = 0;
};

/// An image that a lock is not brought again, by its content: a file that was mended is another one.
struct RefusedImage {
  Digest content{};
  std::string why;
  bool slot_fails = false;  ///< and none in its place: it is no image's fault
};

/// What it was handed by this dock, or does not take.
struct HandingState {
  Bytes<76> settings{};   ///< as they were handed last, all of them,
  unsigned refusals = 0;  ///< and how often it did not take those
  std::string settings_trouble;
  Bytes<76> passed_over{};  ///< settings whose number is below the lock's, as a person was told

  Digest image{};             ///< the content of the one that was offered last,
  std::uint32_t version = 0;  ///< its version; 0: none, or it was seen to run
  unsigned unkept = 0;        ///< and how often the lock's flash did not take it
  bool begins = false;        ///< the lock has a new image whole, or on trial: it is greeted soon
  std::vector<RefusedImage> refused;
  std::string image_trouble;
};

/// What a lock that wants licensed docks made of this one's licence.
struct LicenceState {
  bool is_wanted = false;  ///< the lock said so
  bool is_taken = false;   ///< and took it the last time
  std::string trouble;     ///< why not
  unsigned misses = 0;     ///< how often in a row the daemon had none
  bool doubted = false;    ///< a signature was not taken: it may have been for a session that was over by then
  Time try_from{};         ///< not before: a refusal costs the lock's battery two verifications
};

struct LockRecord {
  std::string id;
  firmware::PublicPoint key{};
  std::string mode;

  ChainPlace taken;                      ///< every ride up to it was handed in, or is not on the lock any more
  ChainPlace durable;                    ///< every ride up to it that was handed in is in the store
  std::uint32_t rejected = 0;            ///< the last ride that cannot be used, as the store was told
  std::uint64_t rides = 0;               ///< handed in
  GoneRides gone;                        ///< not settled, not on the lock any more, and never here
  std::optional<Behind> behind;          ///< in the last start in which it was seen before its clock was set
  std::optional<std::uint32_t> starts;   ///< as it said last
  std::optional<std::uint32_t> refused;  ///< as it said last
  HandingState handing;
  LicenceState licence;

  /// The question for its receipt, and what came of it.
  std::optional<std::uint64_t> question;
  std::vector<std::uint8_t> receipt;
  std::uint64_t receipt_counter = 0;  ///< up to which it settles; 0: there is none to hand over
  Time ask_receipt_from{};            ///< not before
};

struct Pace;

/// Takes the reply to lock.question.
void take_receipt(LockRecord& lock, const plugin::Reply& reply, const Pace& pace, Time now);

}  // namespace greentill::dock
