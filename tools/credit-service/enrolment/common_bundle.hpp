// SPDX-License-Identifier: Apache-2.0
// The common bundle as it is told to devices (docs/claim-format.md, "The common bundle"): who signs it, and by which dates.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/base/calendar.hpp"
#include "daemon/base/error.hpp"

namespace greentill::credit {

struct SignedBundle {
  std::uint64_t number = 0;     ///< 0: nothing was ever published, and there is none
  std::int64_t expires_at = 0;  ///< Unix seconds
  std::string message;
};

/// What the bundle says of when it was made, and how long it is to be adopted. It is the same for 60 days, so that all workers
/// say the same, and what the broker keeps is not written anew each time somebody signs.
struct BundleDates {
  explicit constexpr BundleDates(std::int64_t now)
      : made_at(now - now % (60 * kSecondsADay)), expires_at(made_at + 180 * kSecondsADay) {}
  std::int64_t made_at;
  std::int64_t expires_at;
};

class BundleSource {
 public:
  virtual ~BundleSource() = default;
  /// What is published by now. Errors: those of the registry. Threads: one.
  virtual Result<SignedBundle> common_bundle() = 0;
};

}  // namespace greentill::credit
