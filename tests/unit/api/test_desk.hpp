// SPDX-License-Identifier: Apache-2.0
// A desk on a real outbox: signed claims of a real chain in a store of its own, which goes with it. It claims for trips by shared
// bike and for sales without a paper receipt, by made-up factors. The issuers "full", "busy" and "broken" meet that trouble,
// and so does the undoing of the claims 900000507, 900000503 and 900000500.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/api/desk.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/test_signer.hpp"

namespace greentill::test {

class QuietLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
};

class TestDesk final : public api::Desk {
 public:
  TestDesk();
  ~TestDesk() override;

  std::vector<Result<event::TransactionAnswer>> submit(std::vector<event::Transaction> transactions) override;
  Result<event::TransactionAnswer> undo(std::uint64_t seq) override;
  bool retry() override { return ++retries_ > 0; }
  bool question() override { return ++questions_ > 0; }
  api::DaemonStatus status() override;

  /// The desk must outlive it.
  std::unique_ptr<outbox::Reader> new_reader();

  void set_trouble(std::string trouble);
  /// As if there were an uplink.
  void set_link(std::int64_t overdue_after_s, uplink::LinkStatus link);
  void set_warnings(std::vector<std::string> warnings);
  /// Applies a receipt up to this claim, which it refuses for ever.
  void refuse(std::uint64_t seq, std::string reason);
  /// Makes a claim in place of the only one that was refused for ever.
  void replace_refused();
  /// A change by which the service holds a claim.
  void hold(std::uint64_t seq, std::string reason);
  /// As if the service had taken the claims up to that one.
  void deliver(std::uint64_t seq);
  /// As if a source had read it.
  void keep(outbox::SourceRecord record);
  [[nodiscard]] std::size_t transactions();
  [[nodiscard]] unsigned retries() const { return retries_; }
  [[nodiscard]] unsigned questions() const { return questions_; }
  [[nodiscard]] const TestSigner& signer() const { return signer_; }
  /// The largest group that was handed in at once.
  [[nodiscard]] std::size_t largest_group();

 private:
  Result<event::TransactionAnswer> take(const event::Transaction& transaction);
  void take(const claim::ReceiptFields& fields, const claim::ReceiptLists& lists);
  [[nodiscard]] claim::ReceiptFields receipt_up_to(std::uint64_t seq) const;
  event::ClaimedAct record(const event::Transaction& transaction, const std::string& activity, std::int64_t estimate_mg);
  /// A reversal of the claim; what it is taken back for is not looked at.
  event::ReversedAct take_back(const event::ClaimedAct& act);
  void store(outbox::Unit unit);
  outbox::NewClaim append(claim::Entry entry, claim::ClaimId id, const std::optional<claim::AccountHint>& account);

  std::mutex mutex_;
  QuietLog log_;
  std::filesystem::path folder_;
  std::unique_ptr<outbox::Outbox> outbox_;
  crypto::Hasher hasher_;
  TestSigner signer_;
  claim::ChainHead head_;
  std::vector<Digest> payload_hashes_;  // by seq - 1
  std::map<std::pair<std::string, std::string>, event::TransactionAnswer> answered_;
  std::map<std::uint64_t, event::ClaimedAct> acts_;  // by seq
  std::map<std::uint64_t, event::TransactionAnswer> undone_;
  unsigned guarded_ = 0;
  std::atomic<unsigned> retries_ = 0;
  std::atomic<unsigned> questions_ = 0;
  std::string trouble_;
  std::int64_t overdue_after_s_ = 0;
  uplink::LinkStatus link_;
  std::vector<std::string> warnings_;
  std::size_t largest_group_ = 0;
};

}  // namespace greentill::test
