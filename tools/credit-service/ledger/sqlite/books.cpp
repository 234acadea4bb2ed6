// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/books.hpp"

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/ledger/sqlite/progress.hpp"
#include "tools/credit-service/ledger/sqlite/schema.hpp"
#include "tools/credit-service/ledger/tables/books.hpp"
#include "tools/credit-service/sql/sqlite.hpp"

namespace greentill::credit {
namespace {

// Readers wait for no writer; only for the moment in which the last connection but this one takes the log away.
constexpr std::chrono::milliseconds kBusyReading{10'000};

}  // namespace

Result<std::unique_ptr<Books>> open_sqlite_books(const std::filesystem::path& path, const claim::Hasher& hasher) {
  std::error_code unknown;
  // Read before the database, which only goes on meanwhile. A reader makes no mark where there is none.
  std::optional<sqlite::StoreMark> mark;
  if (std::filesystem::exists(mark_path(path), unknown)) {
    auto opened = sqlite::StoreMark::open(mark_path(path), sqlite::StoreMark::Users::several);
    // The workers' alone: whoever may read the books alone reads them unchecked.
    if (!opened && opened.error().code != ErrorCode::denied) return Failure{opened.error()};
    if (opened) mark.emplace(std::move(*opened));
    const auto sound = mark ? check_files(*mark, path, WentBack::refused) : Result<bool>(false);
    if (!sound) return Failure{sound.error()};
  }
  if (!std::filesystem::exists(path, unknown)) {
    return fail(ErrorCode::not_found, path.string() + ": there is no ledger here; greentill-credit run makes one");
  }
  sqlite::Settings settings;
  settings.read_only = true;
  settings.busy = kBusyReading;
  auto database = sqlite::Database::open(path, settings);
  if (!database) return Failure{database.error()};
  if (Status readable = check_version(*database); !readable) return Failure{readable.error()};
  if (mark) {
    if (const auto sound = check_reach(*mark, *database, WentBack::refused); !sound) return Failure{sound.error()};
  }
  return make_books(sql::own(std::move(*database)), hasher);
}

}  // namespace greentill::credit
