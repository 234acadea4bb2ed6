// SPDX-License-Identifier: Apache-2.0
// Batches that were kept aside.
#include "tools/credit-service/ledger/postgres/postgres_store.hpp"

namespace greentill::credit {

Result<std::size_t> PostgresStore::count_kept(const std::string& device) {
  auto row = database_.ask("SELECT count(*) FROM pending WHERE device = $1", device);
  const std::size_t count = row.next() ? static_cast<std::size_t>(row.count(0)) : 0;
  return row.result(count);
}

Result<bool> PostgresStore::keep(const std::string& device, const claim::ChainId& chain, const Span& span, const Digest& digest,
                                 ByteView correlation, ByteView bytes) {
  const auto kept = database_.ask(
      "INSERT INTO pending(id, device, chain, first, last, digest, correlation, bytes, at) "
      "VALUES(nextval('pending_no'), $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (device, digest) DO NOTHING",
      device, chain, span.first, span.last, digest, correlation, bytes, span.at);
  return kept.result(kept.changed() > 0);
}

Result<std::optional<KeptBatch>> PostgresStore::next_kept(const std::string& device, const claim::ChainId& chain,
                                                          std::uint64_t first) {
  static const std::string sql =
      std::string("SELECT ") + kKeptColumns +
      " FROM pending WHERE device = $1 AND chain = $2 AND first <= $3 ORDER BY first, last, id LIMIT 1";
  return only<KeptBatch>(kept_of_row<Rows>, database_.ask(sql, device, chain, first));
}

Result<std::vector<KeptBatch>> PostgresStore::kept(const std::string& device, const claim::ChainId& chain) {
  static const std::string sql =
      std::string("SELECT ") + kKeptColumns + " FROM pending WHERE device = $1 AND chain = $2 ORDER BY first, last, id";
  return list_of<KeptBatch>(kept_of_row<Rows>, database_.ask(sql, device, chain));
}

Status PostgresStore::drop_kept(const std::string& device, std::int64_t id) {
  return database_.send("DELETE FROM pending WHERE device = $1 AND id = $2", device, id);
}

}  // namespace greentill::credit
