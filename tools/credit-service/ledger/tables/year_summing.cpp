// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/tables/year_summing.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "tools/credit-service/holdings/tables/stored_bookkeeping.hpp"
#include "tools/credit-service/ledger/stored_rows.hpp"
#include "tools/credit-service/ledger/tables/audit.hpp"

namespace greentill::credit {
namespace {

/// Five numbers of eight bytes each, the highest byte first.
std::array<std::uint8_t, 40> head_of(const sql::Query& row) {
  std::array<std::uint8_t, 40> head{};
  for (int column = 0; column < 5; ++column) {
    const auto value = static_cast<std::uint64_t>(row.integer(column));
    for (std::size_t byte = 0; byte < 8; ++byte) {
      head[static_cast<std::size_t>(column) * 8 + byte] = static_cast<std::uint8_t>(value >> (56 - 8 * byte));
    }
  }
  return head;
}

bool is_peoples(std::string_view kind) { return kind == "customer" || kind == "hashed" || kind == "bearer" || kind == "erased"; }

class YearSumming {
 public:
  YearSumming(sql::Database& database, const std::vector<Period>& periods, const claim::Hasher& hasher)
      : database_(database), periods_(periods), hasher_(hasher), years_(periods.size()) {}

  Result<std::vector<YearSums>> run() {
    if (Status learned = learn_kinds(); !learned) return Failure{learned.error()};
    sql::Statement bookings;
    Status prepared =
        bookings.prepare(database_, "SELECT claim, number, kind, at, spendable_at, legs FROM bookings ORDER BY claim, number");
    if (!prepared) return Failure{prepared.error()};
    sql::Scan row(bookings);
    while (row.next()) {
      if (Status taken = take(row); !taken) return Failure{taken.error()};
    }
    return row.result(std::move(years_));
  }

 private:
  Status learn_kinds() {
    sql::Statement accounts;
    if (Status prepared = accounts.prepare(database_, "SELECT no, kind FROM accounts"); !prepared) return prepared;
    sql::Scan row(accounts);
    while (row.next()) {
      const std::string kind(is_peoples(row.text(1)) ? "people" : row.text(1));
      kind_of_.emplace(row.integer(0), &*kinds_.insert(kind).first);
    }
    return row.status();
  }

  Status take(const sql::Query& row) {
    const auto legs = parse_legs(row.bytes(5));
    if (!legs) return database_.damaged("a booking's legs are none");
    const auto kind = static_cast<BookingKind>(row.integer(2));
    const std::int64_t at = row.integer(3);
    for (std::size_t i = 0; i < periods_.size(); ++i) {
      if (at >= periods_[i].end) continue;
      YearSums& year = years_[i];
      const bool is_before = at < periods_[i].begin;
      for (const Leg& leg : *legs) {
        const auto name = kind_of_.find(leg.account);
        if (name == kind_of_.end()) return database_.damaged("a leg is of no account");
        KindSums& sums = year.kinds[*name->second];
        (is_before ? sums.opening : sums.mg[kind]) += leg.mg;
      }
      if (is_before) continue;
      ++year.bookings;
      year.digest = hasher_.sha256({year.digest, head_of(row), row.bytes(5)});
    }
    return Done{};
  }

  sql::Database& database_;
  const std::vector<Period>& periods_;
  const claim::Hasher& hasher_;
  std::vector<YearSums> years_;
  std::set<std::string> kinds_;
  std::unordered_map<std::int64_t, const std::string*> kind_of_;
};

}  // namespace

Result<std::vector<YearSums>> sum_years(sql::Database& database, const std::vector<Period>& periods,
                                        const claim::Hasher& hasher) {
  return YearSumming(database, periods, hasher).run();
}

Status check_closes(sql::Database& database, const claim::Hasher& hasher, std::vector<std::string>& wrong) {
  const auto closes = make_bookkeeping(database)->closes();
  if (!closes) return Failure{closes.error()};
  if (closes->empty()) return Done{};
  std::vector<Period> periods;
  for (const YearClose& close : *closes) periods.push_back({close.begin, close.end});
  const auto years = sum_years(database, periods, hasher);
  if (!years) return Failure{years.error()};
  for (std::size_t i = 0; i < closes->size(); ++i) {
    const YearClose& close = (*closes)[i];
    const YearSums& now = (*years)[i];
    const auto content = nlohmann::ordered_json::parse(close.content, nullptr, false);
    const bool says_so = content.is_object() && content.contains("kinds") && content["kinds"].dump() == kinds_text(now.kinds);
    if (now.bookings == close.bookings && now.digest == close.digest && says_so) continue;
    wrong.push_back("the year " + std::to_string(close.year) + " was closed with " + std::to_string(close.bookings) +
                    " bookings, and has " + std::to_string(now.bookings) +
                    (says_so ? ", not all of which are the same" : ", which add up to something else"));
  }
  return Done{};
}

}  // namespace greentill::credit
