// SPDX-License-Identifier: Apache-2.0
// What is to be done at a time, the programmes, and the whole.
#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"

namespace greentill::credit {

using sqlite::Query;

Status SqliteStore::put_work(const Work& work) {
  return run_once("INSERT INTO work VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET what = ?4, due = ?5",
                  static_cast<int>(work.step), work.key, work.no, work.what, work.due);
}

Status SqliteStore::drop_work(WorkStep step, const std::string& key, std::int64_t no) {
  return run_once("DELETE FROM work WHERE step = ? AND key = ? AND no = ?", static_cast<int>(step), key, no);
}

Result<bool> SqliteStore::has_work(WorkStep step, const std::string& key, std::int64_t no) {
  Query row(has_work_, static_cast<int>(step), key, no);
  const bool found = row.next();
  return row.result(found);
}

Result<std::vector<Work>> SqliteStore::due(std::int64_t now, std::size_t most) {
  return list<Work>(work_of_row<Query>,
                    "SELECT step, key, no, what, due FROM work WHERE due <= ? ORDER BY due, step, key, no LIMIT ?", now, most);
}

Result<std::int64_t> SqliteStore::keep_programme(const Digest& sha256, std::string_view bytes) {
  Status kept = run_once("INSERT INTO programmes(sha256, bytes) VALUES(?, ?) ON CONFLICT(sha256) DO NOTHING", sha256, bytes);
  if (!kept) return Failure{kept.error()};
  const auto read = [](const Query& row) { return std::optional(row.integer(0)); };
  const auto found = list<std::int64_t>(read, "SELECT id FROM programmes WHERE sha256 = ?", sha256);
  if (!found) return Failure{found.error()};
  return found->empty() ? Result<std::int64_t>(database_.damaged("a programme is missing"))
                        : Result<std::int64_t>(found->front());
}

Result<std::string> SqliteStore::programme(std::int64_t id) {
  const auto read = [](const Query& row) { return std::optional(std::string(row.text(0))); };
  auto found = list<std::string>(read, "SELECT bytes FROM programmes WHERE id = ?", id);
  if (!found) return Failure{found.error()};
  if (found->empty()) return database_.damaged("programme " + std::to_string(id) + " is missing");
  return std::move(found->front());
}

Result<std::uint64_t> SqliteStore::epoch() {
  Query row(epoch_);
  if (row.next()) return row.count(0);
  if (Status read = row.status(); !read) return Failure{read.error()};
  return database_.damaged("the ledger has no epoch");
}

Status SqliteStore::raise_epoch() {
  raised_ = true;
  return run_once("UPDATE meta SET epoch = max(epoch, ?) + 1", mark_.reach().era);
}

Result<std::vector<HeldCount>> SqliteStore::count_held() {
  const auto read = [](const Query& row) {
    return std::optional(HeldCount{Holds::from_bits(row.integer(0)), row.count(1), row.integer(2)});
  };
  return list<HeldCount>(
      read, "SELECT holds, count(*), min(arrived) FROM claims INDEXED BY held_claims WHERE holds != 0 GROUP BY holds");
}

}  // namespace greentill::credit
