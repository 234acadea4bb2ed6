// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/ledger/sqlite/schema.hpp"

namespace greentill::credit {
namespace {

namespace fs = std::filesystem;

Failure<Error> failed(const char* what, const fs::path& path, int number) {
  return fail(number == ENOSPC ? ErrorCode::full : ErrorCode::io,
              std::string("cannot ") + what + ' ' + path.string() + ": " + std::strerror(number));
}

/// An empty file of that name, its owner's alone.
Status make_empty(const fs::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("write", path, errno);
  ::close(file);
  return Done{};
}

Status sync_named(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("open", path, errno);
  const int synced = ::fsync(file);
  const int number = errno;
  ::close(file);
  return synced == 0 ? Status(Done{}) : failed("write", path, number);
}

Status take_snapshot(const fs::path& database, const fs::path& into) {
  sqlite::Settings settings;
  settings.read_only = true;
  auto from = sqlite::Database::open(database, settings);
  if (!from) return Failure{from.error()};
  if (Status right = check_version(*from); !right) return right;
  std::string sql = "VACUUM INTO '";
  for (const char c : into.string()) sql += c == '\'' ? std::string("''") : std::string(1, c);
  return from->execute((sql + '\'').c_str());
}

/// Reads back what was written.
Status look_at(const fs::path& copy) {
  sqlite::Settings settings;
  settings.read_only = true;
  settings.immutable = true;
  auto written = sqlite::Database::open(copy, settings);
  if (!written) return Failure{written.error()};
  if (Status right = check_version(*written); !right) return right;
  const auto wrong = written->integer("SELECT count(*) FROM pragma_quick_check WHERE quick_check <> 'ok'");
  if (!wrong) return Failure{wrong.error()};
  const auto sum = written->integer("SELECT coalesce(sum(balance), 0) FROM accounts");
  if (!sum) return Failure{sum.error()};
  return *wrong == 0 && *sum == 0 ? Status(Done{}) : Status(written->damaged("what was written does not read back as it is"));
}

Status copy_registry(const fs::path& from, const fs::path& into) {
  std::error_code error;
  if (!fs::exists(from, error)) return Done{};  // nothing was decided yet
  fs::copy_file(from, into, fs::copy_options::overwrite_existing, error);
  if (error) return failed("write", into, error.value());
  return sync_named(into);
}

struct Removed {
  std::vector<fs::path> paths;
  ~Removed() {
    std::error_code ignored;
    for (const fs::path& path : paths) fs::remove(path, ignored);
  }
};

}  // namespace

Status back_up_sqlite(const fs::path& database, const fs::path& into) {
  const fs::path registry = into.string() + ".registry";
  for (const fs::path& path : {into, registry}) {
    std::error_code error;
    if (fs::exists(path, error)) return fail(ErrorCode::conflict, path.string() + " is there already; a backup replaces nothing");
  }
  Removed parts{{into.string() + ".part", registry.string() + ".part"}};
  for (const fs::path& part : parts.paths) {
    if (Status made = make_empty(part); !made) return made;
  }
  Status done = take_snapshot(database, parts.paths[0]);
  if (done) done = look_at(parts.paths[0]);
  if (done) done = sync_named(parts.paths[0]);
  if (done) done = copy_registry(database.string() + ".registry", parts.paths[1]);
  if (!done) return done;
  // The database last: where it stands, both do.
  std::error_code error;
  if (fs::exists(database.string() + ".registry", error)) fs::rename(parts.paths[1], registry, error);
  if (!error) fs::rename(parts.paths[0], into, error);
  if (error) return failed("write", into, error.value());
  return sync_named(into.has_parent_path() ? into.parent_path() : fs::path("."));
}

}  // namespace greentill::credit
