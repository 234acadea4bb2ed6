// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/asked_batch.hpp"

namespace greentill::uplink {

std::string AskedBatch::went_back(const std::string& answered, const outbox::AppliedReceipt& applied) const {
  if (correlation.empty() || answered != correlation) return {};
  if (applied.epoch > epoch || (applied.epoch == epoch && applied.head >= least)) return {};
  const std::string state = applied.epoch < epoch
                                ? "it is in epoch " + std::to_string(applied.epoch) + ", and was in " + std::to_string(epoch)
                                : "it ends at claim " + std::to_string(applied.head) + " of this device, and had gone on to " +
                                      std::to_string(applied.delivered_seq);
  return "the credit service's ledger went back: " + state +
         "; what was claimed since waits. Its operator must start it with --new-epoch";
}

}  // namespace greentill::uplink
