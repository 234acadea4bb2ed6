// SPDX-License-Identifier: Apache-2.0
// Why no claim goes on though receipts come: what the last ones said, in words. Private to daemon/uplink. Threads: the strand's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/claim/receipt.hpp"

namespace greentill::uplink {

class Standstill {
 public:
  /// As Options::own_certificate.
  explicit Standstill(std::function<std::string(std::int64_t)> own_certificate) : own_certificate_(std::move(own_certificate)) {}

  /// A receipt that was verified.
  void heard(const claim::Receipt& receipt);
  /// A receipt that was not. Whether no certificate of ours may have signed it.
  bool is_untrusted(const Error& why);

  /// Whether receipts come that no certificate of ours signed, and none has come that one did since.
  [[nodiscard]] bool untrusted() const { return !untrusted_.empty(); }
  /// The one thing to tell while untrusted().
  [[nodiscard]] const std::string& why_untrusted() const { return untrusted_; }
  /// Why the service, which answers, does not take this claim.
  [[nodiscard]] std::string why_not_taken(std::uint64_t seq) const;
  /// What to add where claims were refused: why the certificate was, if that is the reason; else empty.
  [[nodiscard]] std::string why_refused() const;

 private:
  std::function<std::string(std::int64_t)> own_certificate_;
  std::string untrusted_;
  std::int64_t service_time_ = 0;  // of the last receipt
  bool certificate_refused_ = false;
};

}  // namespace greentill::uplink
