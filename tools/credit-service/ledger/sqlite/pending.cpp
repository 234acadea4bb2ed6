// SPDX-License-Identifier: Apache-2.0
// Batches that were kept aside, and days that were screened.
#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"
#include "tools/credit-service/registry/sqlite/rows.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

std::optional<KeptBatch> kept_batch(const Query& row) {
  const ByteView correlation = row.bytes(2);
  const ByteView bytes = row.bytes(3);
  return KeptBatch{row.integer(0), row.integer(1), {correlation.begin(), correlation.end()}, {bytes.begin(), bytes.end()}};
}

}  // namespace

Status SqliteStore::prepare_pending() {
  return sqlite::prepare_all(
      database_,
      {{next_kept_,
        "SELECT id, at, correlation, bytes FROM pending WHERE device = ? AND chain = ? AND first <= ? ORDER BY first, last, id "
        "LIMIT 1"},
       {screened_,
        "SELECT device, activity, day, value, words, lifted_at FROM screened WHERE device = ? AND activity = ? "
        "AND lifted_at IS NULL ORDER BY day LIMIT 1"}});
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
  return only(list_of<KeptBatch>(next_kept_, kept_batch, device, chain, first));
}

Result<std::vector<KeptBatch>> SqliteStore::kept(const std::string& device, const claim::ChainId& chain) {
  return list<KeptBatch>(kept_batch,
                         "SELECT id, at, correlation, bytes FROM pending WHERE device = ? AND chain = ? ORDER BY first, last, id",
                         device, chain);
}

Status SqliteStore::drop_kept(std::int64_t id) { return run_once("DELETE FROM pending WHERE id = ?", id); }

Result<std::optional<Screened>> SqliteStore::screened(const std::string& device, const std::string& activity) {
  const auto read = [](const Query& row) {
    return std::optional(Screened{std::string(row.text(0)), std::string(row.text(1)), row.integer(2), row.integer(3),
                                  std::string(row.text(4)), row.optional(5)});
  };
  return only(list_of<Screened>(screened_, read, device, activity));
}

Status SqliteStore::put_screened(const Screened& screened) {
  return run_once(
      "INSERT INTO screened VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET value = ?4, words = ?5, lifted_at = ?6",
      screened.device, screened.activity, screened.day, screened.value, screened.words, screened.lifted_at);
}

}  // namespace greentill::credit
