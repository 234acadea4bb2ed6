// SPDX-License-Identifier: Apache-2.0
// A reader of the outbox that can be told to fail, or to have lost a claim.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "daemon/outbox/outbox.hpp"

namespace greentill::test {

class FlakyReader final : public outbox::Reader {
 public:
  explicit FlakyReader(std::unique_ptr<outbox::Reader> inner) : inner_(std::move(inner)) {}

  /// So many calls of read_batch fail from now on.
  std::atomic<int> failures{0};
  /// The claim that is not there; 0: all are.
  std::atomic<std::uint64_t> lost{0};
  /// How often it was asked for.
  std::atomic<int> misses{0};

  Status read_batch(const claim::ChainId& chain, std::uint64_t first, std::size_t max_claims, std::size_t max_bytes,
                    outbox::ClaimBatch& into) override {
    if (failures > 0) {
      --failures;
      return fail(ErrorCode::unavailable, "the outbox is locked");
    }
    const std::uint64_t gap = lost;
    if (gap == first) ++misses;
    if (gap >= first && gap - first < max_claims) max_claims = static_cast<std::size_t>(gap - first);
    return inner_->read_batch(chain, first, max_claims, max_bytes, into);
  }

  Result<std::optional<outbox::ChainState>> chain() override { return inner_->chain(); }
  Result<std::uint64_t> settings_number() override { return inner_->settings_number(); }
  Result<std::vector<outbox::KnownChain>> chains() override { return inner_->chains(); }
  Result<outbox::PlaceMatch> match(const claim::ChainHead& place) override { return inner_->match(place); }
  Result<claim::Stored> stored(const std::optional<claim::ChainId>& of) override { return inner_->stored(of); }
  Result<std::optional<outbox::TransactionRecord>> find(const outbox::TransactionKey& key) override { return inner_->find(key); }
  Result<std::optional<outbox::StoredClaim>> claim(std::uint64_t seq) override { return inner_->claim(seq); }
  Result<std::optional<outbox::StoredClaim>> claim(const claim::ChainId& chain, std::uint64_t seq) override {
    return inner_->claim(chain, seq);
  }
  Status for_each_claim(std::uint64_t after, std::size_t limit, bool newest_first, std::optional<outbox::Delivery> only,
                        const std::function<void(const outbox::StoredClaim&)>& visit) override {
    return inner_->for_each_claim(after, limit, newest_first, only, visit);
  }
  Result<outbox::DueClaims> retryable(std::int64_t now, std::int64_t tried_before, std::size_t limit) override {
    return inner_->retryable(now, tried_before, limit);
  }
  Result<std::vector<outbox::RefusedClaim>> replaceable(std::uint32_t assignment, std::int64_t after,
                                                        std::size_t limit) override {
    return inner_->replaceable(assignment, after, limit);
  }
  Result<std::string> position(std::string_view source) override { return inner_->position(source); }
  Result<std::vector<outbox::Totals>> totals(std::int64_t from_day) override { return inner_->totals(from_day); }
  Result<outbox::Backlog> backlog() override { return inner_->backlog(); }
  Result<std::vector<outbox::TakenBack>> taken_back(const Digest& nullifier) override { return inner_->taken_back(nullifier); }
  Result<std::vector<outbox::AwaitedReversal>> awaited(const outbox::TransactionKey& key) override {
    return inner_->awaited(key);
  }
  Result<bool> awaits_any() override { return inner_->awaits_any(); }
  Result<std::optional<std::int64_t>> waiting_since() override { return inner_->waiting_since(); }
  Result<std::vector<outbox::ReasonCount>> reason_counts(std::size_t limit) override { return inner_->reason_counts(limit); }
  Result<std::vector<outbox::AccountUse>> account_uses(const Bytes<16>& account, std::string_view activity, std::int64_t from,
                                                       std::int64_t to) override {
    return inner_->account_uses(account, activity, from, to);
  }
  Status for_each_guarded(const outbox::GuardedQuery& query, std::size_t limit,
                          const std::function<void(const outbox::GuardedAct&)>& visit) override {
    return inner_->for_each_guarded(query, limit, visit);
  }
  Result<std::vector<outbox::GuardedAct>> guarded_of(const outbox::TransactionKey& key) override {
    return inner_->guarded_of(key);
  }
  Result<std::vector<outbox::FoundSale>> sales(const outbox::SaleQuery& query, std::size_t limit) override {
    return inner_->sales(query, limit);
  }
  Result<std::optional<outbox::FoundSale>> sale(const outbox::TransactionKey& key) override { return inner_->sale(key); }
  Result<std::vector<outbox::RecordCount>> record_counts() override { return inner_->record_counts(); }
  Status for_each_record(const outbox::RecordQuery& query, std::size_t limit,
                         const std::function<void(const outbox::StoredRecord&)>& visit) override {
    return inner_->for_each_record(query, limit, visit);
  }
  Status for_each_receipt(std::uint64_t after, std::size_t limit,
                          const std::function<void(std::uint64_t number, ByteView message)>& visit) override {
    return inner_->for_each_receipt(after, limit, visit);
  }

 private:
  std::unique_ptr<outbox::Reader> inner_;
};

}  // namespace greentill::test
