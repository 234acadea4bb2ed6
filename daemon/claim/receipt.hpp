// SPDX-License-Identifier: Apache-2.0
// The receipt (message type 65002): the credit service's signed answer for a batch. docs/claim-format.md, "Receipts".
// A parsed Receipt is a view into the caller's buffer. Its lists are walked in place and never copied, so that a device needs no
// memory for them.
#pragma once

#include <span>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/result.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/fault.hpp"

namespace greentill::claim {

struct Refusal {
  std::uint64_t seq = 0;
  std::string_view reason;  ///< a code of docs/claim-format.md, "Reasons": at most 32 bytes
  bool retryable = false;   ///< true: send the same bytes again later; false: final
};

struct Grant {
  std::uint64_t seq = 0;
  std::int64_t granted_mg = 0;
};

struct ReceiptFields {
  std::string_view device;
  ChainId chain{};
  std::uint64_t processed_up_to = 0;
  Digest payload_hash{};  ///< of the claim processed_up_to; zeros where that is 0
  std::int64_t service_time = 0;
  std::uint64_t epoch = 0;
};

/// Writes a receipt payload and returns its length. Requires: both lists ascend by seq. The result has at most 65,536 bytes.
Result<std::size_t, Fault> encode_receipt(const ReceiptFields& fields, std::span<const Refusal> refused,
                                          std::span<const Grant> granted, MutableBytes out);

class Receipt : public ReceiptFields {
 public:
  [[nodiscard]] std::size_t refused_count() const { return refused_count_; }
  [[nodiscard]] std::size_t granted_count() const { return granted_count_; }
  /// Calls `visit` once for each entry, in ascending seq.
  template <typename F>
  void for_each_refused(F&& visit) const {
    ByteView rest = refused_;
    for (std::size_t i = 0; i < refused_count_; ++i) visit(take_refusal(rest));
  }
  template <typename F>
  void for_each_granted(F&& visit) const {
    ByteView rest = granted_;
    for (std::size_t i = 0; i < granted_count_; ++i) visit(take_grant(rest));
  }

 private:
  friend Result<Receipt, Fault> parse_receipt(ByteView payload);
  // Requires: parse_receipt checked the entries.
  static Refusal take_refusal(ByteView& rest);
  static Grant take_grant(ByteView& rest);

  ByteView refused_;
  ByteView granted_;
  std::size_t refused_count_ = 0;
  std::size_t granted_count_ = 0;
};

/// Reads a receipt payload; refuses what is not deterministic, complete or ascending. The receipt points into `payload`.
Result<Receipt, Fault> parse_receipt(ByteView payload);

}  // namespace greentill::claim
