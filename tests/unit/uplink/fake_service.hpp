// SPDX-License-Identifier: Apache-2.0
// The other side of the uplink, as much of it as the protocol needs: links claims to the chain, books each once, answers with
// signed receipts, and can be told to misbehave. Threads: safe from any thread; it works on its client's.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/claim/stored.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/mqtt_client.hpp"
#include "tests/support/test_signer.hpp"

namespace greentill::test {

class FakeService {
 public:
  explicit FakeService(const std::filesystem::path& certificates);
  ~FakeService() { disconnect(); }

  void connect(const std::string& uri);
  void disconnect();

  std::atomic<bool> answers_questions{true};
  /// Before connect(): how many copies of the receipt to answer the n-th batch (from 1) with. Default: one.
  std::function<int(int)> copies = [](int) { return 1; };
  /// Before connect(): seqs to refuse "retry later" once and to grant when they come again.
  std::set<std::uint64_t> refuse_once;

  /// Answers batches, but takes none of their claims, as one that does not have the device's certificate.
  std::atomic<bool> takes_nothing{false};

  /// Before or after connect(): what the chain's state is said to be, and when to come again.
  std::atomic<claim::ChainStanding> state{claim::ChainStanding::open};
  std::atomic<std::uint32_t> come_again_s{0};

  /// With the service's own key.
  [[nodiscard]] TestSigner signer() const;
  /// A receipt as the service would send it, for what it holds of the chain, signed by whoever.
  [[nodiscard]] std::string receipt(claim::Signer& signer, const claim::ReceiptFields& fields) const;
  void publish_receipt(const std::string& device, const std::string& bytes);
  /// A change that the next receipts tell, of a claim of the open chain.
  void change(std::uint64_t seq, claim::Stands standing, std::int64_t granted_mg, std::string reason);
  /// Restored from a backup: a new epoch in which only the claims up to `seq` are known.
  void restore(std::uint64_t seq, const Digest& payload_hash);
  /// The same without a new epoch.
  void set_back(std::uint64_t seq, const Digest& payload_hash);

  [[nodiscard]] claim::ReceiptFields head() const;
  /// Another chain of the device is the open one, as after a restored disk.
  void go_elsewhere(const claim::ChainHead& head);
  /// Starts that named the head of the open chain, which was closed for them, and what they said.
  [[nodiscard]] std::vector<claim::StartReason> successors() const;
  /// Gaps, as "first-last".
  [[nodiscard]] std::vector<std::string> gaps() const;
  /// Questions that came, and the batches in between: "?" and "b" in their order.
  [[nodiscard]] std::string heard() const;
  [[nodiscard]] std::size_t questions() const;
  /// Claims booked of the open chain, and how many of them more than once.
  [[nodiscard]] std::size_t booked() const;
  [[nodiscard]] std::size_t booked_twice() const;
  /// Retried claims, by how often they came again.
  [[nodiscard]] std::map<std::uint64_t, int> retried() const;
  [[nodiscard]] std::size_t largest_batch_bytes() const;
  [[nodiscard]] MqttMessage last_batch() const;

 private:
  struct Lists {
    std::vector<claim::Refusal> refused;
    std::vector<claim::Grant> granted;
  };
  void on_batch(MqttClient& client, const MqttMessage& message);
  void take(const claim::Message& message, std::set<std::uint64_t>& own, Lists& lists);
  void take_start(const claim::Start& start, const claim::Claim& claim);
  [[nodiscard]] std::string answer(const MqttMessage& message, const std::set<std::uint64_t>& own, Lists& lists);
  [[nodiscard]] std::string sign(claim::Signer& signer, const claim::ReceiptFields& fields,
                                 const claim::ReceiptLists& lists) const;

  std::filesystem::path certificates_;
  TestSigner signer_;
  crypto::Hasher hasher_;
  mutable std::mutex mutex_;
  std::string device_;
  claim::ChainHead head_;
  std::uint64_t epoch_ = 1;
  int batches_ = 0;
  std::map<std::uint64_t, int> booked_;
  std::map<std::uint64_t, int> retried_;
  std::set<std::uint64_t> refused_;
  struct MadeChange {
    claim::Change change;
    std::string reason;
  };
  std::vector<MadeChange> changes_;
  std::vector<claim::StartReason> successors_;
  std::vector<std::string> gaps_;
  std::string heard_;
  std::size_t largest_ = 0;
  MqttMessage last_;
  std::unique_ptr<MqttClient> client_;
};

}  // namespace greentill::test
