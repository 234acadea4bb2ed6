// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/service/clocks.hpp"

#include <algorithm>

#include "daemon/base/moment.hpp"

namespace greentill::credit {
namespace {

// How far a device's clock may be ahead of ours before that is worth a line.
constexpr std::int64_t kAgreeSeconds = 600;

}  // namespace

void Clocks::look_at_ours() {
  const auto fault = clock_fault(clock_, ledger_written_, "the ledger " + ledger_.string());
  if (fault && ours_.take(clock_.monotonic()))
    log_.write(LogLevel::warning, "service", *fault + ". Certificates are judged by it");
}

void Clocks::look_at(const Batch& batch) {
  const auto newest = std::find_if(batch.claims.rbegin(), batch.claims.rend(),
                                   [](const BatchClaim& claim) { return claim.attested && claim.claim.has_value(); });
  if (newest == batch.claims.rend()) return;
  const claim::Claim& claim = *newest->claim;
  const std::int64_t ahead = claim.issued_at - clock_.unix_seconds();
  const bool never_set = claim.clock == claim::ClockState::never_set;
  if (!never_set && ahead <= kAgreeSeconds) return;
  if (!devices_.try_emplace(batch.device, 1, kTellAgain).first->second.take(clock_.monotonic())) return;
  const std::string made = utc_text(claim.issued_at) + ", where claim " + std::to_string(newest->link.seq) + " was made";
  const std::string ours = "; our clock shows " + shown_by(clock_);
  if (never_set) {
    log_.write(LogLevel::warning, "service", batch.device + ": its clock was never set: it shows " + made + ours);
    return;
  }
  const bool kept = claim.clock == claim::ClockState::synchronised;
  log_.write(LogLevel::warning, "service",
             batch.device + ": its clock is " + span_text(ahead) + " ahead of ours: it shows " + made + ours +
                 (kept ? ". A time server keeps the device's" : ". No time server keeps the device's"));
}

}  // namespace greentill::credit
