// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/salvage.hpp"

#include <array>

#include "daemon/outbox/durability.hpp"
#include "daemon/outbox/salvaged_chains.hpp"
#include "daemon/outbox/schema.hpp"
#include "daemon/outbox/stored_claim.hpp"
#include "daemon/sqlite/copy_rows.hpp"
#include "daemon/sqlite/page_reader.hpp"

namespace greentill::outbox {
namespace {

using sqlite::Database;
using sqlite::RawRow;
using sqlite::RawValue;
using sqlite::Statement;

constexpr std::size_t kColumns = 10;
constexpr std::size_t kACommit = 10'000;

/// Each table but the claims', with its key from the end.
constexpr std::array<std::pair<const char*, const char*>, 12> kTables{
    {{"chains", "no DESC"},
     {"claimless", "key DESC"},
     {"outcomes", "position DESC"},
     {"receipts", "no DESC"},
     {"sources", "source DESC"},
     {"totals", "day DESC, activity DESC"},
     {"taken_back", "nullifier DESC, unit DESC"},
     {"awaited", "no DESC"},
     {"guarded", "id DESC"},
     {"account_uses", "account DESC, activity DESC, begin DESC"},
     {"records", "id DESC"},
     {"record_counts", "source DESC, fate DESC, reason DESC"}}};

std::optional<ByteView> bytes_in(const RawRow& row, std::size_t column, RawValue::Kind kind) {
  return row.columns[column].kind == kind ? std::optional(row.columns[column].bytes) : std::nullopt;
}

std::optional<std::string_view> text_in(const RawRow& row, std::size_t column) {
  const auto bytes = bytes_in(row, column, RawValue::Kind::text);
  return bytes ? std::optional(as_text(*bytes)) : std::nullopt;
}

std::optional<std::int64_t> integer_in(const RawRow& row, std::size_t column) {
  const RawValue& value = row.columns[column];
  return value.kind == RawValue::Kind::integer ? std::optional(value.integer) : std::nullopt;
}

/// Whether the row is one of `claims`: its message is a claim with the seq that its position says.
bool is_claim(const RawRow& row) {
  if (row.columns.size() != kColumns || row.rowid <= 0 || row.columns[0].kind != RawValue::Kind::null) return false;
  const auto message = bytes_in(row, 4, RawValue::Kind::blob);
  if (!message || !integer_in(row, 1)) return false;
  const std::uint64_t seq = seq_of(row.rowid);
  const auto opened = open_claim(seq, *message);
  return opened && opened->claim.seq == seq;
}

class Salvage {
 public:
  Salvage(const Options& options, Database& into) : options_(options), into_(into) {}

  Status copy_claims() {
    if (Status prepared = add_.prepare(into_,
                                       "INSERT OR IGNORE INTO claims (position, recorded_at, key, key_claims, message, content, "
                                       "till, receipt, sold_at, anew) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        !prepared) {
      return prepared;
    }
    auto pages = sqlite::PageReader::open(options_.path);
    if (!pages) return Failure{pages.error()};
    Status copied = begin();
    pages->for_each_row([&](const RawRow& row) {
      if (copied && is_claim(row)) copied = add(row);
    });
    return copied ? commit() : copied;
  }

  /// What is not reached any more is not there.
  Status copy_tables() {
    auto old = open_for_reading(options_);
    if (!old) return Done{};
    if (Status begun = begin(); !begun) return begun;
    for (const char* number : {"DELETE FROM service", "DELETE FROM settings"}) {
      if (Status emptied = into_.execute(number); !emptied) return emptied;
    }
    for (const char* table : {"service", "settings"}) {
      if (Status copied = sqlite::copy_rows(*old, into_, table, "no DESC"); !copied) return copied;
    }
    for (const auto& [table, order] : kTables) {
      if (Status copied = sqlite::copy_rows(*old, into_, table, order); !copied) return copied;
    }
    return commit();
  }

  Status begin() {
    auto transaction = sqlite::Transaction::begin(into_);
    if (!transaction) return Failure{transaction.error()};
    transaction_.emplace(std::move(*transaction));
    return Done{};
  }
  Status commit() {
    Status committed = transaction_->commit();
    transaction_.reset();
    return committed;
  }

 private:
  Status add(const RawRow& row) {
    Status added = add_.run(row.rowid, row.columns[1].integer, bytes_in(row, 2, RawValue::Kind::blob), integer_in(row, 3),
                            row.columns[4].bytes, bytes_in(row, 5, RawValue::Kind::blob), text_in(row, 6), text_in(row, 7),
                            integer_in(row, 8), integer_in(row, 9));
    if (!added || ++added_ % kACommit != 0) return added;
    if (Status committed = commit(); !committed) return committed;
    return begin();
  }

  const Options& options_;
  Database& into_;
  Statement add_;
  std::optional<sqlite::Transaction> transaction_;
  std::size_t added_ = 0;
};

}  // namespace

Result<Salvaged> salvage(const Options& options, const std::filesystem::path& into, const sqlite::Reach& marked) {
  Options fresh = options;
  fresh.path = into;
  fresh.mark.clear();
  auto database = open_for_writing(fresh);
  if (!database) return Failure{database.error()};
  if (Status made = open_schema(*database); !made) return Failure{made.error()};
  const sqlite::Progress progress(*database, options.on_progress);
  Salvage work(options, *database);
  if (Status copied = work.copy_claims(); !copied) return Failure{copied.error()};
  if (Status copied = work.copy_tables(); !copied) return Failure{copied.error()};
  if (Status begun = work.begin(); !begun) return Failure{begun.error()};
  auto salvaged = mend_chains(*database, options, marked);
  if (!salvaged) return salvaged;
  if (Status committed = work.commit(); !committed) return Failure{committed.error()};
  return salvaged;
}

}  // namespace greentill::outbox
