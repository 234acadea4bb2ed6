// SPDX-License-Identifier: Apache-2.0
// What is to be done at a time, the programmes, and the whole.
#include "tools/credit-service/ledger/postgres/postgres_store.hpp"

namespace greentill::credit {

Status PostgresStore::put_work(const Work& work) {
  return database_.send(
      "INSERT INTO work VALUES($1, $2, $3, $4, $5) ON CONFLICT (step, key, no) DO UPDATE SET what = $4, due = $5",
      static_cast<int>(work.step), work.key, work.no, ByteView(work.what), work.due);
}

Status PostgresStore::drop_work(WorkStep step, const std::string& key, std::int64_t no) {
  return database_.send("DELETE FROM work WHERE step = $1 AND key = $2 AND no = $3", static_cast<int>(step), key, no);
}

Result<bool> PostgresStore::has_work(WorkStep step, const std::string& key, std::int64_t no) {
  auto row = database_.ask("SELECT 1 FROM work WHERE step = $1 AND key = $2 AND no = $3", static_cast<int>(step), key, no);
  const bool found = row.next();
  return row.result(found);
}

Result<std::vector<Work>> PostgresStore::due(std::int64_t now, std::size_t most) {
  static const std::string sql =
      std::string(GREENTILL_ACROSS "SELECT ") + kWorkColumns + " FROM work WHERE due <= $1 ORDER BY due, step, key, no LIMIT $2";
  return list_of<Work>(work_of_row<Rows>, database_.ask(sql, now, most));
}

Result<std::int64_t> PostgresStore::keep_programme(const Digest& sha256, std::string_view bytes) {
  std::int64_t number = 0;
  Status kept = as_one([&]() -> Status {
    Status added = database_.send(
        "INSERT INTO programmes SELECT nextval('programme_no'), $1, $2 WHERE NOT EXISTS (SELECT 1 FROM programmes WHERE sha256 = "
        "$1)",
        sha256, bytes);
    if (!added) return added;
    auto row = database_.ask("SELECT id FROM programmes WHERE sha256 = $1", sha256);
    if (row.next()) number = row.integer(0);
    return row.status();
  });
  if (!kept) return Failure{kept.error()};
  return number == 0 ? Result<std::int64_t>(database_.damaged("a programme is missing")) : Result<std::int64_t>(number);
}

Result<std::string> PostgresStore::programme(std::int64_t id) {
  auto row = database_.ask("SELECT bytes FROM programmes WHERE id = $1", id);
  if (row.next()) return std::string(row.text(0));
  if (!row.status()) return Failure{row.status().error()};
  return database_.damaged("programme " + std::to_string(id) + " is missing");
}

Result<std::uint64_t> PostgresStore::epoch() {
  auto row = database_.ask("SELECT epoch FROM meta");
  if (row.next()) return row.count(0);
  if (!row.status()) return Failure{row.status().error()};
  return database_.damaged("the ledger has no epoch");
}

Status PostgresStore::raise_epoch() { return database_.send("UPDATE meta SET epoch = epoch + 1"); }

Result<std::vector<HeldCount>> PostgresStore::count_held() {
  const auto read = [](const Rows& row) {
    return std::optional(HeldCount{Holds::from_bits(row.integer(0)), row.count(1), row.integer(2)});
  };
  if (Status written = write_claims(); !written) return Failure{written.error()};
  return list_of<HeldCount>(
      read, database_.ask(GREENTILL_ACROSS "SELECT holds, count(*), min(arrived) FROM claims WHERE holds <> 0 GROUP BY "
                                           "holds ORDER BY holds"));
}

}  // namespace greentill::credit
