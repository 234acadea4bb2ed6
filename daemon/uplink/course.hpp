// SPDX-License-Identifier: Apache-2.0
// What a device does by the answer to its question: docs/chains.md, "What the device does". Private to daemon/uplink. Threads:
// pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/claim/receipt.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::uplink {

/// What a receipt says of a chain.
struct Answer {
  claim::ChainHead head;  ///< the whole one, in the ledger; a chain of zeros: it has none of this device
  claim::ChainStanding state = claim::ChainStanding::open;
  std::uint64_t epoch = 0;
  bool more_claims = false;        ///< the receipt has no room for all that it should say up to the head
  bool more_changes = false;       ///< likewise of changes
  std::uint32_t come_again_s = 0;  ///< 0: whenever the device likes
  std::int64_t service_time = 0;   ///< Unix seconds
};
Answer answer_of(const claim::Receipt& receipt);

struct Course {
  enum class Kind : std::uint8_t {
    send,          ///< the claims of `chain` behind `seq`
    repair,        ///< as `repair` says
    declare_lost,  ///< the claims of `chain` from `first` to `last`, in the newest chain
  };
  Kind kind = Kind::send;
  claim::ChainId chain{};
  std::uint64_t seq = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  outbox::Repair repair;
  std::string why;  ///< of a repair, for people
};

/// The first row of the page's table that fits. `match`: how the answer's head lies to the store. Requires: at least one chain.
Course decide(const Answer& answer, outbox::PlaceMatch match, const std::vector<outbox::KnownChain>& chains);

/// What has to be done before that course: chains of an assignment that the device has left, of which the service lacks claims
/// that it would not take as they are, are made anew beside the newest chain. Nothing where there are none. Several are one after
/// the other, with a question between them.
[[nodiscard]] std::optional<Course> make_left(const Course& course, const Answer& answer, outbox::PlaceMatch match,
                                              const std::vector<outbox::KnownChain>& chains);

/// Whether a chain that was made anew beside the newest one is not delivered yet. It names the place that the newest one may name
/// as well, and so it goes behind that one's start.
[[nodiscard]] bool waits_beside(const Answer& answer, const std::vector<outbox::KnownChain>& chains);

/// What waits here for a person, since a course that sends the newest chain leaves it behind: claims of chains of another
/// assignment, behind the place at which the service closed them or lost with a damaged store. A sentence; empty where nothing
/// does.
[[nodiscard]] std::string left_behind(const Course& course, const std::vector<outbox::KnownChain>& chains);

}  // namespace greentill::uplink
