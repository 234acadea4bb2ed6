// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/standstill.hpp"

namespace greentill::uplink {

void Standstill::heard(const claim::Receipt& receipt) {
  untrusted_.clear();
  service_time_ = receipt.service_time;
  certificate_refused_ = false;
  receipt.for_each_refused([this](const claim::Refusal& refusal) {
    certificate_refused_ = certificate_refused_ || refusal.reason == "certificate-not-valid";
  });
}

bool Standstill::is_untrusted(const Error& why) {
  if (why.code != ErrorCode::not_found) return false;
  untrusted_ =
      "receipts come, " + why.message +
      ": was the service's certificate renewed under a new key? Put the new one into that file, beside the old one, and " +
      "start the daemon again; until then claims wait";
  return true;
}

std::string Standstill::why_not_taken(std::uint64_t seq) const {
  return "the service answers, but does not take claim " + std::to_string(seq) + ": " + own_certificate_(service_time_);
}

std::string Standstill::why_refused() const {
  return certificate_refused_ ? " (certificate-not-valid: " + own_certificate_(service_time_) + ")" : std::string();
}

}  // namespace greentill::uplink
