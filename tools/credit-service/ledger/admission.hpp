// SPDX-License-Identifier: Apache-2.0
// Which start of a chain is admitted, and what it does to the chain before it (docs/chains.md, "Which start is admitted").
// Private to ledger/. Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/ledger/things.hpp"

namespace greentill::credit {

/// A second repair within so long of a device's last one is held.
inline constexpr std::int64_t kRepairSeconds = 30 * kSecondsADay;

/// How a start's assignment lies to what the registry has of the device.
enum class Assigned : std::uint8_t { good, never_had, left };

/// What is known of a start besides its device's chains.
struct StartFacts {
  std::string_view device;
  const claim::Start* start = nullptr;
  Digest key{};  ///< which signed it
  Assigned assigned = Assigned::good;
  bool key_succeeds = false;                    ///< the key is the successor of another of the device's
  bool key_succeeded = false;                   ///< the key has a successor whose place is named
  std::optional<claim::Predecessor> consented;  ///< where a consent ends the chain of the key before
  std::optional<std::int64_t> repaired_at;      ///< as of DeviceBook
  bool gaps_cover = false;                      ///< gaps declare all that is missing up to the place that it names
  std::int64_t now = 0;
};

/// What becomes of a start.
struct Admission {
  enum class Outcome : std::uint8_t {
    open,        ///< the measured chain is closed at `place`
    waits,       ///< until the measured chain has come to `place`
    probation,   ///< it goes on from `place`
    held,        ///< for `reason`
    not_stored,  ///< there is no room for it
  };
  Outcome outcome = Outcome::open;
  Reason reason = Reason::none;
  std::int64_t predecessor = 0;    ///< the number of the chain that it is measured by or names; 0: none
  std::uint64_t place = 0;         ///< its last seq that counts
  bool holds_predecessor = false;  ///< that chain is held for the same reason
  bool is_repair = false;
};

/// The payload hash at a place of a stored chain; nothing where that place is not stored.
class PlaceReader {
 public:
  virtual ~PlaceReader() = default;
  virtual Result<std::optional<Digest>> hash_at(const Chain& chain, std::uint64_t seq) = 0;
};

/// `chains` without the one that begins, by number. Errors are the reader's.
Result<Admission> admit(const std::vector<Chain>& chains, const StartFacts& facts, PlaceReader& places);

/// Likewise of a chain that waits for another, one of `chains`, and is decided by what became of that one since.
Result<Admission> admit_waiting(const std::vector<Chain>& chains, const Chain& waiting, const StartFacts& facts,
                                PlaceReader& places);

/// The chain that a further start is measured by: the open one, else the one that was begun last of those that are closed, or
/// held for a contradiction. Null where there is none.
[[nodiscard]] const Chain* measured_chain(const std::vector<Chain>& chains);

}  // namespace greentill::credit
