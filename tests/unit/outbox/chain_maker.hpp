// SPDX-License-Identifier: Apache-2.0
// Claims and receipts as a device and the service would make them, for tests of the store. Signatures are made up: the store does
// not look at them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/outbox/outbox.hpp"

namespace greentill::test {

class ChainMaker {
 public:
  explicit ChainMaker(std::uint8_t chain = 1) { head_.chain.fill(chain); }

  /// The chain's first claim.
  outbox::Unit start();
  /// A transaction of `claims` claims, each asking for `credited_mg`, with its key, its totals and its place in source "till".
  outbox::Unit sale(std::uint32_t number, std::size_t claims = 1, std::int64_t credited_mg = 900);
  /// Takes a unit back that was not stored.
  void back_to(std::uint64_t seq);

  [[nodiscard]] const claim::ChainHead& head() const { return head_; }
  /// Of the payload with that seq; zeros for 0.
  [[nodiscard]] Digest hash_at(std::uint64_t seq) const { return seq == 0 ? Digest{} : hashes_.at(seq - 1); }

  static outbox::TransactionKey key(std::uint32_t number);

 private:
  outbox::NewClaim next(const claim::Entry& entry);
  claim::ChainHead head_;
  std::vector<Digest> hashes_;
};

/// A receipt with the buffer that it points into.
class MadeReceipt {
 public:
  MadeReceipt(const ChainMaker& chain, std::uint64_t processed_up_to, std::uint64_t epoch,
              const std::vector<claim::Refusal>& refused = {}, const std::vector<claim::Grant>& granted = {});
  MadeReceipt(claim::ReceiptFields fields, const std::vector<claim::Refusal>& refused, const std::vector<claim::Grant>& granted);
  [[nodiscard]] const claim::Receipt& get() const { return receipt_; }

 private:
  std::vector<std::uint8_t> payload_;
  claim::Receipt receipt_;
};

class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
};

/// Opens or fails the test.
std::unique_ptr<outbox::Outbox> open_outbox(const std::filesystem::path& path, const std::string& vfs = "");
std::unique_ptr<outbox::Reader> open_reader(outbox::Outbox& outbox);
Status commit(outbox::Writer& writer, std::initializer_list<outbox::Unit> units);

}  // namespace greentill::test
