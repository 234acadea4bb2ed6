// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/tables/stored_bookkeeping.hpp"

namespace greentill::credit {

const char* const kBookkeepingSchema = R"sql(
CREATE TABLE vouchers (no INTEGER NOT NULL PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL, from_party TEXT NOT NULL,
  to_party TEXT NOT NULL, mg INTEGER NOT NULL, of_voucher INTEGER NOT NULL, why TEXT NOT NULL, proposed_by TEXT NOT NULL, proposed_at INTEGER NOT NULL,
  decided_by TEXT NOT NULL, decided_at INTEGER, reference TEXT NOT NULL, settled_by TEXT NOT NULL,
  settled_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE year_closes (year INTEGER NOT NULL PRIMARY KEY, begin_at INTEGER NOT NULL, end_at INTEGER NOT NULL,
  bookings INTEGER NOT NULL, digest BLOB NOT NULL, content TEXT NOT NULL, closed_by TEXT NOT NULL, closed_at INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
)sql";

namespace {

using sql::Query;

#define GREENTILL_VOUCHER                                                                                                 \
  "SELECT no, kind, state, from_party, to_party, mg, of_voucher, why, proposed_by, proposed_at, decided_by, decided_at, " \
  "reference, settled_by, settled_at FROM vouchers "
#define GREENTILL_CLOSE "SELECT year, begin_at, end_at, bookings, digest, content, closed_by, closed_at FROM year_closes "

Voucher voucher_of(const Query& row) {
  Voucher voucher;
  voucher.no = row.integer(0);
  voucher.is = static_cast<Voucher::Kind>(row.integer(1));
  voucher.state = static_cast<Voucher::State>(row.integer(2));
  voucher.from = row.text(3);
  voucher.to = row.text(4);
  voucher.mg = row.integer(5);
  voucher.of = row.integer(6);
  voucher.why = row.text(7);
  voucher.proposed_by = row.text(8);
  voucher.proposed_at = row.integer(9);
  voucher.decided_by = row.text(10);
  voucher.decided_at = row.optional(11);
  voucher.reference = row.text(12);
  voucher.settled_by = row.text(13);
  voucher.settled_at = row.optional(14);
  return voucher;
}

/// A digest of another length stays zeros, which no year has that was booked in.
YearClose close_in(const Query& row) {
  YearClose close;
  close.year = row.integer(0);
  close.begin = row.integer(1);
  close.end = row.integer(2);
  close.bookings = row.integer(3);
  static_cast<void>(row.fixed(4, close.digest));
  close.content = row.text(5);
  close.closed_by = row.text(6);
  close.closed_at = row.integer(7);
  return close;
}

template <typename State>
std::optional<std::int64_t> number_of(const std::optional<State>& state) {
  return state ? std::optional(static_cast<std::int64_t>(*state)) : std::nullopt;
}

class StoredBookkeeping final : public BookkeepingStore {
 public:
  explicit StoredBookkeeping(sql::Database& database) : database_(database), statements_(database) {}

  Result<std::optional<Voucher>> voucher(std::int64_t no) override {
    return statements_.first<Voucher>(GREENTILL_VOUCHER "WHERE no = ?", voucher_of, no);
  }
  Result<std::int64_t> add(const Voucher& v) override {
    const auto no = database_.next_number("vouchers");
    if (!no) return Failure{no.error()};
    Status added =
        statements_.run("INSERT INTO vouchers VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *no, static_cast<int>(v.is),
                        static_cast<int>(v.state), v.from, v.to, v.mg, v.of, v.why, v.proposed_by, v.proposed_at, v.decided_by,
                        v.decided_at, v.reference, v.settled_by, v.settled_at);
    return added ? no : Failure{added.error()};
  }
  Status put(const Voucher& v) override {
    return statements_.run(
        "UPDATE vouchers SET state = ?2, decided_by = ?3, decided_at = ?4, reference = ?5, settled_by = ?6, "
        "settled_at = ?7 WHERE no = ?1",
        v.no, static_cast<int>(v.state), v.decided_by, v.decided_at, v.reference, v.settled_by, v.settled_at);
  }

  Result<std::optional<YearClose>> close_of(std::int64_t year) override {
    return statements_.first<YearClose>(GREENTILL_CLOSE "WHERE year = ?", close_in, year);
  }
  Status add(const YearClose& c) override {
    return statements_.run("INSERT INTO year_closes VALUES(?, ?, ?, ?, ?, ?, ?, ?)", c.year, c.begin, c.end, c.bookings, c.digest,
                           c.content, c.closed_by, c.closed_at);
  }

  Result<std::vector<Voucher>> vouchers(std::optional<Voucher::Kind> kind, std::optional<Voucher::State> state,
                                        std::int64_t after, std::size_t most) override {
    return statements_.list<Voucher>(GREENTILL_ACROSS GREENTILL_VOUCHER
                                     "WHERE no > ?1 AND kind = coalesce(?2, kind) AND state = coalesce(?3, state) ORDER BY no "
                                     "LIMIT ?4",
                                     voucher_of, after, number_of(kind), number_of(state), static_cast<std::int64_t>(most));
  }
  Result<std::vector<Budget>> budgets() override {
    return statements_.list<Budget>(GREENTILL_ACROSS "SELECT name, balance FROM accounts WHERE kind = 'budget' ORDER BY name",
                                    [](const Query& row) {
                                      return Budget{std::string(row.text(0)), row.integer(1)};
                                    });
  }
  Result<std::vector<YearClose>> closes() override {
    return statements_.list<YearClose>(GREENTILL_ACROSS GREENTILL_CLOSE "ORDER BY year", close_in);
  }
  Result<std::vector<std::int64_t>> purses_with_credit(std::int64_t after, std::size_t most) override {
    return statements_.list<std::int64_t>(
        GREENTILL_ACROSS
        "SELECT no FROM accounts WHERE no > ? AND kind IN ('customer', 'hashed', 'bearer', 'erased') AND balance > 0 ORDER BY no "
        "LIMIT ?",
        [](const Query& row) { return row.integer(0); }, after, static_cast<std::int64_t>(most));
  }

 private:
  sql::Database& database_;
  sql::Statements statements_;
};

}  // namespace

std::unique_ptr<BookkeepingStore> make_bookkeeping(sql::Database& database) {
  return std::make_unique<StoredBookkeeping>(database);
}

}  // namespace greentill::credit
