// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/not_taken.hpp"

#include "daemon/base/hex.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::minutes kLeastBetween{10};

std::string explain(const BatchClaim& claim) {
  const std::string certificate = "the certificate with the SHA-256 " + to_hex(claim.message.thumbprint);
  switch (claim.reason) {
    case Reason::unknown_certificate:
      return certificate + " is not in the folder of the devices' certificates: put this device's there";
    case Reason::certificate_not_valid: return certificate + " is another device's";
    case Reason::bad_signature: return "it was not signed with the key of " + certificate;
    default: return "nobody vouches for what stands there";
  }
}

}  // namespace

void NotTaken::tell(const std::string& device, const BatchClaim& claim) {
  if (claim.reason == Reason::none) return;
  const auto told = told_.try_emplace({device, claim.reason}, 1, kLeastBetween).first;
  if (!told->second.take(clock_.monotonic())) return;
  log_.write(LogLevel::warning, "ledger",
             device + ": claim " + std::to_string(claim.link.seq) + " is not taken, nor what comes after it (" +
                 std::string(to_string(claim.reason)) + "): " + explain(claim));
}

}  // namespace greentill::credit
