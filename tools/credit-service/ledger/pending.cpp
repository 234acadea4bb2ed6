// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/pending.hpp"

#include <algorithm>

namespace greentill::credit {
namespace {

// Several times what a device has in flight. It counts over all chains of a device, since a device may begin as many as it likes.
constexpr std::size_t kMostPendingOfADevice = 64;

}  // namespace

Result<bool> Pending::keep(const Batch& batch, std::uint64_t head, std::int64_t now) {
  // Only a batch with the device's own signature takes room, so that nobody else can fill the device's share.
  const bool authentic =
      std::any_of(batch.claims.begin(), batch.claims.end(), [](const BatchClaim& claim) { return claim.authentic; });
  if (!authentic || batch.pending) return false;
  const auto kept = store_.count_kept(batch.device);
  if (!kept) return Failure{kept.error()};
  if (*kept >= kMostPendingOfADevice) return false;
  return store_.keep(batch.device, batch.chain, span_of(batch, head, now), hasher_.sha256({*batch.bytes}), batch.correlation,
                     *batch.bytes);
}

Status Pending::keep_rest(const Batch& batch, std::uint64_t head) {
  if (Status dropped = store_.drop_kept(batch.device, *batch.pending); !dropped) return dropped;
  const auto kept = store_.keep(batch.device, batch.chain, span_of(batch, head, batch.kept_at), hasher_.sha256({*batch.bytes}),
                                batch.correlation, *batch.bytes);
  return kept ? Status(Done{}) : Failure{kept.error()};
}

/// Its turn comes by what is new in it.
Span Pending::span_of(const Batch& batch, std::uint64_t head, std::int64_t at) {
  Span span{0, 0, at};
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq <= head) continue;
    span.first = span.first == 0 ? claim.link.seq : std::min(span.first, claim.link.seq);
    span.last = std::max(span.last, claim.link.seq);
  }
  return span;
}

/// With an empty device where the bytes hold no batch of the chain.
Result<Batch> Pending::read(const std::string& device, const claim::ChainId& chain, KeptBatch&& kept) {
  std::string trouble;
  auto batches = read_batches(device, std::move(kept.bytes), std::move(kept.correlation), hasher_, trouble);
  for (Batch& batch : batches) {
    if (batch.chain != chain) continue;
    batch.pending = kept.id;
    batch.kept_at = kept.at;
    return std::move(batch);
  }
  // Another version kept it and read it differently. It is dropped so that it does not block the chain; the device sends it
  // again.
  notices_.unreadable(device, trouble);
  if (Status dropped = store_.drop_kept(device, kept.id); !dropped) return Failure{dropped.error()};
  return Batch{};
}

Result<Batch> Pending::next(const std::string& device, const claim::ChainId& chain, std::uint64_t first) {
  for (;;) {
    auto kept = store_.next_kept(device, chain, first);
    if (!kept) return Failure{kept.error()};
    if (!*kept) return Batch{};
    auto batch = read(device, chain, std::move(**kept));
    if (!batch || !batch->device.empty()) return batch;
  }
}

Result<std::vector<Batch>> Pending::kept(const std::string& device, const claim::ChainId& chain) {
  std::vector<Batch> all;
  auto kept = store_.kept(device, chain);
  if (!kept) return Failure{kept.error()};
  for (KeptBatch& one : *kept) {
    auto batch = read(device, chain, std::move(one));
    if (!batch) return Failure{batch.error()};
    if (batch->device.empty()) continue;
    for (BatchClaim& claim : batch->claims) claim.attested = true;
    all.push_back(std::move(*batch));
  }
  return all;
}

}  // namespace greentill::credit
