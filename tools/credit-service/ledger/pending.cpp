// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/pending.hpp"

#include <algorithm>

namespace greentill::credit {
namespace {

// Some times what a device has in flight. All of a device's chains together: it can make up as many chains as it likes.
constexpr std::int64_t kMostPendingOfADevice = 64;

}  // namespace

Result<std::unique_ptr<Pending>> Pending::open(Database& database, const claim::Hasher& hasher, Log& log) {
  auto pending = std::unique_ptr<Pending>(new Pending(hasher, log));
  const Status prepared = database.prepare(
      {{&pending->find_,
        "SELECT id, correlation, bytes FROM pending WHERE device = ? AND chain = ? AND first <= ? ORDER BY first LIMIT 1"},
       {&pending->add_,
        "INSERT OR IGNORE INTO pending(device, chain, first, digest, correlation, bytes) VALUES(?, ?, ?, ?, ?, ?)"},
       {&pending->count_, "SELECT count(*) FROM pending WHERE device = ?"},
       {&pending->drop_, "DELETE FROM pending WHERE id = ?"}});
  if (!prepared) return Failure{prepared.error()};
  return pending;
}

Status Pending::keep(const Batch& batch) {
  // Only the device itself can fill its share of the database.
  const bool authentic =
      std::any_of(batch.claims.begin(), batch.claims.end(), [](const BatchClaim& claim) { return claim.authentic; });
  if (!authentic) return Done{};
  if (!count_->with(std::string_view(batch.device)).row()) return count_->ok();
  if (count_->integer(0) >= kMostPendingOfADevice) return Done{};
  std::uint64_t first = batch.claims.front().link.seq;
  for (const BatchClaim& claim : batch.claims) first = std::min(first, claim.link.seq);
  const Digest digest = hasher_.sha256({*batch.bytes});
  return add_
      ->with(std::string_view(batch.device), batch.chain, first, digest, ByteView(batch.correlation), ByteView(*batch.bytes))
      .done();
}

Result<Batch> Pending::next(const std::string& device, const claim::ChainId& chain, const Head& head) {
  while (find_->with(std::string_view(device), chain, head.seq + 1).row()) {
    const std::int64_t row = find_->integer(0);
    const ByteView correlation = find_->bytes(1);
    const ByteView bytes = find_->bytes(2);
    std::string trouble;
    auto batches = read_batches(device, {bytes.begin(), bytes.end()}, {correlation.begin(), correlation.end()}, hasher_, trouble);
    if (Status ended = find_->done(); !ended) return Failure{ended.error()};
    for (Batch& batch : batches) {
      if (batch.chain != chain) continue;
      batch.pending = row;
      return std::move(batch);
    }
    // Kept by a version that read it otherwise. It must not stand in the chain's way: the device sends it again.
    log_.write(LogLevel::error, "ledger", device + ": a batch that was kept cannot be read and is dropped: " + trouble);
    if (Status dropped = drop(row); !dropped) return Failure{dropped.error()};
  }
  if (Status ok = find_->ok(); !ok) return Failure{ok.error()};
  return Batch{};
}

Status Pending::drop(std::int64_t row) { return drop_->with(row).done(); }

}  // namespace greentill::credit
