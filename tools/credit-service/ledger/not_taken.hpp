// SPDX-License-Identifier: Apache-2.0
// Tells the operator of a device whose chain stands still because its next claim cannot be taken: its receipts cannot, for they
// name only claims that have a place. Threads: one.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "daemon/base/line_allowance.hpp"
#include "daemon/base/ports.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class NotTaken {
 public:
  NotTaken(Clock& clock, Log& log) : clock_(clock), log_(log) {}

  /// The device sends the same claim again and again: a line for each device and reason, every ten minutes at most.
  void tell(const std::string& device, const BatchClaim& claim);

 private:
  Clock& clock_;
  Log& log_;
  std::map<std::pair<std::string, Reason>, LineAllowance> told_;  // as many devices as have a certificate
};

}  // namespace greentill::credit
