// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/ledger/sqlite/schema.hpp"

namespace greentill::credit {
namespace {

namespace fs = std::filesystem;

Failure<Error> failed(const char* what, const fs::path& path, int number) {
  return fail(number == ENOSPC ? ErrorCode::full : ErrorCode::io,
              std::string("cannot ") + what + ' ' + path.string() + ": " + std::strerror(number));
}

/// A file that nobody else has, beside the one that it becomes, its owner's alone; goes with this object.
class Part {
 public:
  static Result<Part> make(const fs::path& beside) {
    std::string name = beside.string() + ".XXXXXX";
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) return failed("write", name, errno);
    ::close(file);
    return Part(name);
  }
  Part(Part&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Part& operator=(Part&&) = delete;
  ~Part() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  [[nodiscard]] const fs::path& path() const { return path_; }
  /// Gives it the name, which must be nobody's yet.
  Status become(const fs::path& name) const {
    if (::link(path_.c_str(), name.c_str()) == 0) return Done{};
    if (errno == EEXIST) return fail(ErrorCode::conflict, name.string() + " is there already; a backup replaces nothing");
    return failed("write", name, errno);
  }

 private:
  explicit Part(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

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

/// Nothing where nothing was decided yet.
Result<std::optional<Part>> copy_registry(const fs::path& from, const fs::path& beside) {
  std::error_code error;
  if (!fs::exists(from, error)) {
    return error ? Result<std::optional<Part>>(failed("read", from, error.value())) : std::optional<Part>();
  }
  auto part = Part::make(beside);
  if (!part) return Failure{part.error()};
  fs::copy_file(from, part->path(), fs::copy_options::overwrite_existing, error);
  if (error) return failed("write", part->path(), error.value());
  if (::chmod(part->path().c_str(), 0600) != 0) return failed("write", part->path(), errno);  // it took the mode of the other
  if (Status synced = sync_named(part->path()); !synced) return Failure{synced.error()};
  return std::optional(std::move(*part));
}

}  // namespace

Status back_up_sqlite(const fs::path& database, const fs::path& into) {
  const fs::path registry = into.string() + ".registry";
  for (const fs::path& path : {into, registry}) {
    std::error_code error;
    if (fs::exists(path, error)) return fail(ErrorCode::conflict, path.string() + " is there already; a backup replaces nothing");
  }
  const auto copy = Part::make(into);
  if (!copy) return Failure{copy.error()};
  Status done = take_snapshot(database, copy->path());
  if (done) done = look_at(copy->path());
  if (done) done = sync_named(copy->path());
  if (!done) return done;
  const auto decided = copy_registry(database.string() + ".registry", registry);
  if (!decided) return Failure{decided.error()};
  // The database last: where it stands, both do.
  if (*decided) done = (*decided)->become(registry);
  if (done) done = copy->become(into);
  const bool stands = done.ok();
  if (done) done = sync_named(into.has_parent_path() ? into.parent_path() : fs::path("."));
  if (!done && *decided) ::unlink(registry.c_str());
  if (!done && stands) ::unlink(into.c_str());
  return done;
}

}  // namespace greentill::credit
