// SPDX-License-Identifier: Apache-2.0
// Batches that were kept aside.
#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"
#include "tools/credit-service/registry/tables/rows.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

}  // namespace

Status SqliteStore::prepare_pending() {
  return sqlite::prepare_all(
      database_,
      {{next_kept_,
        "SELECT id, at, correlation, bytes FROM pending WHERE device = ? AND chain = ? AND first <= ? ORDER BY first, last, id "
        "LIMIT 1"}});
}

Result<std::size_t> SqliteStore::count_kept(const std::string& device) {
  const auto read = [](const Query& row) { return std::optional(static_cast<std::size_t>(row.count(0))); };
  const auto counted = list<std::size_t>(read, "SELECT count(*) FROM pending WHERE device = ?", device);
  return counted ? Result<std::size_t>(counted->front()) : Result<std::size_t>(Failure{counted.error()});
}

Result<bool> SqliteStore::keep(const std::string& device, const claim::ChainId& chain, const Span& span, const Digest& digest,
                               ByteView correlation, ByteView bytes) {
  Status kept = run_once(
      "INSERT INTO pending(device, chain, first, last, digest, correlation, bytes, at) VALUES(?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(digest) DO NOTHING",
      device, chain, span.first, span.last, digest, correlation, bytes, span.at);
  if (!kept) return Failure{kept.error()};
  return database_.changed() > 0;
}

Result<std::optional<KeptBatch>> SqliteStore::next_kept(const std::string& device, const claim::ChainId& chain,
                                                        std::uint64_t first) {
  return only(list_of<KeptBatch>(next_kept_, kept_of_row<Query>, device, chain, first));
}

Result<std::vector<KeptBatch>> SqliteStore::kept(const std::string& device, const claim::ChainId& chain) {
  return list<KeptBatch>(kept_of_row<Query>,
                         "SELECT id, at, correlation, bytes FROM pending WHERE device = ? AND chain = ? ORDER BY first, last, id",
                         device, chain);
}

Status SqliteStore::drop_kept(const std::string& device, std::int64_t id) {
  return run_once("DELETE FROM pending WHERE device = ? AND id = ?", device, id);
}

}  // namespace greentill::credit
