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

  /// The chain's first claim, made under that assignment, behind `before`, if it is given.
  outbox::Unit start(std::uint32_t assignment = 1, const std::optional<claim::ChainHead>& before = std::nullopt);
  /// A transaction of `claims` claims, each asking for `credited_mg`, with its key, its totals and its place in source "till".
  outbox::Unit sale(std::uint32_t number, std::size_t claims = 1, std::int64_t credited_mg = 900);
  /// A refund of all of that sale's one claim, which stands at `of`.
  outbox::Unit refund(std::uint32_t number, std::uint64_t of);
  /// Any entry, as a unit of its own.
  outbox::Unit unit(const claim::Entry& entry);
  /// Takes a unit back that was not stored.
  void back_to(std::uint64_t seq);

  [[nodiscard]] const claim::ChainHead& head() const { return head_; }
  /// Of the payload with that seq; zeros for 0.
  [[nodiscard]] Digest hash_at(std::uint64_t seq) const { return seq == 0 ? Digest{} : hashes_.at(seq - 1); }
  [[nodiscard]] claim::ChainHead place(std::uint64_t seq) const { return {head_.chain, seq, hash_at(seq)}; }

  static outbox::TransactionKey key(std::uint32_t number);
  static claim::ClaimId id_of(std::uint64_t seq);

  outbox::NewClaim next(const claim::Entry& entry, std::optional<claim::ClaimId> id = std::nullopt);

 private:
  claim::ChainHead head_;
  std::vector<Digest> hashes_;
};

/// The fields of a receipt for a place that need not be a ChainMaker's.
claim::ReceiptFields receipt_for(const claim::ChainHead& place, std::uint64_t epoch);

/// What a receipt says besides its head and lists of refusals and grants.
struct ReceiptRest {
  std::vector<claim::Change> changes = {};
  claim::ChainStanding state = claim::ChainStanding::open;
  std::uint64_t from_head = 0;
  std::uint64_t from_change = 0;
  std::optional<claim::Place> head = {};
  std::optional<std::uint32_t> come_again_s = {};
};

/// A receipt with the buffer that it points into.
class MadeReceipt {
 public:
  MadeReceipt(const ChainMaker& chain, std::uint64_t processed_up_to, std::uint64_t epoch,
              const std::vector<claim::Refusal>& refused = {}, const std::vector<claim::Grant>& granted = {},
              const ReceiptRest& rest = {});
  MadeReceipt(const claim::ReceiptFields& fields, const claim::ReceiptLists& lists);
  [[nodiscard]] const claim::Receipt& get() const { return receipt_; }

 private:
  std::vector<std::uint8_t> payload_;
  claim::Receipt receipt_;
};

/// Makes the claims of a repair as an engine would, unsigned.
class MadeAnew final : public outbox::Remaker {
 public:
  explicit MadeAnew(ChainMaker& chain, std::uint32_t assignment = 1) : chain_(chain), assignment_(assignment) {}
  Result<outbox::NewClaim> start(const claim::ChainHead& predecessor,
                                 const std::optional<outbox::ClaimedAssignment>& under) override;
  Result<outbox::NewClaim> gap(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) override;
  Result<outbox::NewClaim> anew(const claim::Claim& claim, const claim::Message& message,
                                const std::optional<claim::ClaimId>& of) override;
  [[nodiscard]] const claim::ChainHead& head() const override { return chain_.head(); }

 private:
  ChainMaker& chain_;
  std::uint32_t assignment_;
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
