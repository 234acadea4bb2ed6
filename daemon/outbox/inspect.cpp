// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/inspect.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/outbox/recovery.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"
#include "daemon/outbox/went_back.hpp"

namespace greentill::outbox {
namespace {

namespace fs = std::filesystem;

/// Without a log SQLite would make one.
bool has_log(const fs::path& store) {
  std::error_code error;
  return fs::exists(store.string() + "-wal", error) || error;
}

Result<Database> open_to_look(const Options& options) {
  sqlite::Settings settings;
  settings.read_only = true;
  settings.immutable = !has_log(options.path);
  settings.vfs = "unix-excl";  // the log's index is in memory then, and no file beside the store
  settings.keeps_log = true;
  settings.busy = std::chrono::milliseconds(200);
  settings.pragmas = "PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY";
  return Database::open(options.path, settings);
}

Failure<Error> damaged(const Options& options, const std::string& what) {
  return fail(ErrorCode::corrupt, options.path.string() + ": " + what +
                                      ": at its next start greentilld sets it aside, takes over what can be read, and "
                                      "declares the rest lost. Have the disk looked at");
}

/// As the store's own pages tell it.
Status check_pages(Database& database, const Options& options) {
  Statement check;
  if (Status prepared = check.prepare(database, "PRAGMA quick_check(1)"); !prepared) return prepared;
  Query rows(check);
  std::string first;
  if (rows.next()) first = rows.text(0);
  if (Status read = rows.status(); !read) return read;
  return first == "ok" ? Status(Done{}) : Status(damaged(options, "is damaged (" + first.substr(0, 200) + ")"));
}

Result<Inspection> look_into(Database& database, const sqlite::StoreMark& mark, const Options& options) {
  const auto application = database.integer("PRAGMA application_id");
  if (!application) return Failure{application.error()};
  if (*application != kApplicationId) {
    return fail(ErrorCode::invalid,
                options.path.string() + ": is another program's database; name another file, or move it away");
  }
  ChainLookup chains;
  if (Status prepared = chains.prepare(database); !prepared) return Failure{prepared.error()};
  const auto row = chains.find(database);
  if (!row) return Failure{row.error()};
  const auto transactions = database.integer("SELECT sum(claims) FROM totals WHERE activity = ''");
  if (!transactions) return Failure{transactions.error()};
  Stored stored{{"", 0, 0, "", static_cast<std::uint64_t>(*transactions)},
                [&](std::uint64_t seq) { return chains.payload_hash(*row, seq); }};
  if (row->no != 0) {
    stored.reach = {to_hex(row->head.chain), static_cast<std::uint64_t>(row->no), row->head.seq, to_hex(row->head.payload_hash),
                    static_cast<std::uint64_t>(*transactions)};
  }
  if (Status far = check_reach(mark, options, stored); !far) return Failure{far.error()};
  return Inspection{true, row->head.seq, row->delivered_seq, false};
}

}  // namespace

Result<Inspection> inspect(const Options& options, std::uintmax_t whole_up_to) {
  const auto mark = sqlite::StoreMark::open(options.mark, sqlite::StoreMark::Users::nobody);
  if (!mark) return Failure{mark.error()};
  if (needs_recovery(options)) {
    std::error_code ignored;
    return damaged(options, fs::exists(recovery_note(options.path), ignored)
                                ? "was found damaged, or is asked to be set aside (" + recovery_note(options.path).string() + ")"
                                : "is damaged, or never was a store");
  }
  if (Status sound = check_files(*mark, options); !sound) return Failure{sound.error()};
  std::error_code error;
  const std::uintmax_t size = fs::file_size(options.path, error);
  if (error || size == 0) return Inspection{};
  auto database = open_to_look(options);
  if (!database && database.error().code == ErrorCode::corrupt) return damaged(options, "is damaged");
  if (!database) return Failure{database.error()};
  auto inspection = look_into(*database, *mark, options);
  if (!inspection && inspection.error().code == ErrorCode::corrupt) return damaged(options, "is damaged");
  if (!inspection || size > whole_up_to) return inspection;
  if (Status sound = check_pages(*database, options); !sound) {
    return sound.error().code == ErrorCode::corrupt ? damaged(options, "is damaged") : Failure{sound.error()};
  }
  inspection->read_through = true;
  return inspection;
}

}  // namespace greentill::outbox
