// SPDX-License-Identifier: Apache-2.0
// Notes what the ledger must know that answers a batch: it knew it when the batch was sent. Private to daemon/uplink.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/outbox/outbox.hpp"

namespace greentill::uplink {

struct AskedBatch {
  std::string correlation;
  std::uint64_t least = 0;  ///< the head
  std::uint64_t epoch = 0;

  /// What the receipt to this batch shows: that the ledger went back since, as a sentence. Empty where it does not: any other
  /// receipt may be late, or speak of a batch further back.
  [[nodiscard]] std::string went_back(const std::string& answered, const outbox::AppliedReceipt& applied) const;
};

}  // namespace greentill::uplink
