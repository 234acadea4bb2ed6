// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/chains.hpp"

#include <algorithm>

namespace greentill::credit {
namespace {

constexpr int kSeqBits = 40;
constexpr std::int64_t kMostRows = std::int64_t{1} << (63 - kSeqBits);  // what a claim's id has room for
// A chain is begun with a new key or a new store. Rows are never given back: no device may use up the others'.
constexpr std::int64_t kMostChainsOfADevice = 1'024;

Digest to_digest(ByteView bytes) {
  Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

}  // namespace

std::int64_t Head::claim_row(std::uint64_t of_seq) const { return (row << kSeqBits) | static_cast<std::int64_t>(of_seq); }

std::uint64_t Head::seq_of(std::int64_t claim_row) {
  return static_cast<std::uint64_t>(claim_row) & ((std::uint64_t{1} << kSeqBits) - 1);
}

Result<std::unique_ptr<Chains>> Chains::open(Database& database) {
  auto chains = std::unique_ptr<Chains>(new Chains(database));
  const Status prepared = database.prepare({{&chains->find_, "SELECT id, seq, hash FROM chains WHERE device = ? AND chain = ?"},
                                            {&chains->add_, "INSERT INTO chains(device, chain, hash) VALUES(?, ?, zeroblob(32))"},
                                            {&chains->count_, "SELECT count(*) FROM chains WHERE device = ?"},
                                            {&chains->move_, "UPDATE chains SET seq = ?, hash = ? WHERE id = ?"},
                                            {&chains->find_quarantine_, "SELECT 1 FROM quarantine WHERE device = ?"},
                                            {&chains->add_quarantine_, "INSERT OR IGNORE INTO quarantine VALUES(?, ?, ?)"}});
  if (!prepared) return Failure{prepared.error()};
  return chains;
}

Result<Head> Chains::find(const std::string& device, const claim::ChainId& chain) {
  Head head;
  if (find_->with(std::string_view(device), chain).row()) {
    head = {find_->integer(0), static_cast<std::uint64_t>(find_->integer(1)), to_digest(find_->bytes(2))};
  }
  if (Status ok = find_->ok(); !ok) return Failure{ok.error()};
  return head;
}

Result<bool> Chains::add(const std::string& device, const claim::ChainId& chain, Head& head) {
  const bool counted = count_->with(std::string_view(device)).row();
  if (Status ok = count_->ok(); !ok) return Failure{ok.error()};
  if (counted && count_->integer(0) >= kMostChainsOfADevice) return false;
  if (Status added = add_->with(std::string_view(device), chain).done(); !added) return Failure{added.error()};
  if (database_.last_row() >= kMostRows) return fail(ErrorCode::full, "ledger: it has no number left for another chain");
  head.row = database_.last_row();
  return true;
}

Status Chains::move(const Head& head) { return move_->with(head.seq, head.hash, head.row).done(); }

Result<bool> Chains::is_quarantined(const std::string& device) {
  const bool found = find_quarantine_->with(std::string_view(device)).row();
  if (Status ok = find_quarantine_->ok(); !ok) return Failure{ok.error()};
  return found;
}

Result<bool> Chains::quarantine(const std::string& device, std::int64_t at, const std::string& cause) {
  if (Status added = add_quarantine_->with(std::string_view(device), at, std::string_view(cause)).done(); !added) {
    return Failure{added.error()};
  }
  return database_.changed() > 0;
}

}  // namespace greentill::credit
