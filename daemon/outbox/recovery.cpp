// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/recovery.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <system_error>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/file.hpp"
#include "daemon/outbox/salvage.hpp"
#include "daemon/sqlite/store_mark.hpp"

namespace greentill::outbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDatabaseMagic("SQLite format 3\0", 16);
constexpr std::string_view kLogEnding = "-wal";

fs::path beside(const fs::path& store, std::string_view ending) { return store.string() + std::string(ending); }

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Failure<Error> cannot(const fs::path& path, const char* what, const std::error_code& error) {
  const ErrorCode code = error == std::errc::no_space_on_device ? ErrorCode::full : ErrorCode::io;
  return fail(code, path.string() + ": cannot be " + what + ": " + error.message() + "; the damaged store stays as it is");
}

Status rename_to(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  return error ? Status(cannot(from, "renamed", error)) : Status(Done{});
}

void drop(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

Status sync(const fs::path& path) {
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened && ::fsync(opened.get()) == 0) return Done{};
  return cannot(path, "written", std::error_code(errno, std::generic_category()));
}

Status sync_folder(const fs::path& file) { return sync(file.has_parent_path() ? file.parent_path() : fs::path(".")); }

/// A name that no file has yet, with the time: outbox.db.damaged-20261124-100000.
std::string name_aside(const fs::path& store) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), ".damaged-%Y%m%d-%H%M%S", &utc);
  const std::string first = store.filename().string() + stamp.data();
  std::string name = first;
  for (int number = 2; is_there(store.parent_path() / name); ++number) name = first + '-' + std::to_string(number);
  return name;
}

/// How far the store had come, as far as its mark can tell.
sqlite::Reach marked_reach(const Options& options) {
  if (options.mark.empty()) return {};
  const auto mark = sqlite::StoreMark::open(options.mark, sqlite::StoreMark::Users::one);
  return mark && mark->is_there() ? mark->reach() : sqlite::Reach{};
}

/// The mark is made anew for the new store, which knows what it says.
Status start_mark(const Options& options, bool has_chain) {
  if (options.mark.empty()) return Done{};
  if (!has_chain) return write_file_durably(options.mark, "new\n", 0600);
  drop(options.mark);
  return sync_folder(options.mark);
}

}  // namespace

fs::path recovery_note(const fs::path& store) { return beside(store, ".recover"); }

bool needs_recovery(const Options& options) {
  if (!is_there(options.path)) return false;
  if (is_there(recovery_note(options.path))) return true;
  std::ifstream file(options.path, std::ios::binary);
  std::array<char, kDatabaseMagic.size()> begin{};
  return file.read(begin.data(), begin.size()) && std::string_view(begin.data(), begin.size()) != kDatabaseMagic;
}

void ask_for_recovery(const fs::path& store) {
  if (is_there(recovery_note(store))) return;
  (void)write_file_durably(recovery_note(store), "damaged\n", 0600);
}

Status finish_switch(const Options& options) {
  const fs::path& store = options.path;
  const fs::path note = beside(store, ".switch"), made = beside(store, ".salvage");
  if (!is_there(note)) return Done{};
  const auto text = read_file(note, 4096);
  if (!text) return Failure{text.error()};
  const bool has_chain = !text->starts_with('!');
  const fs::path aside = store.parent_path() / text->substr(has_chain ? 0 : 1);
  if (is_there(made)) {
    // The log first: beside the new store it would be taken for that one's.
    for (const std::string_view ending : {kLogEnding, std::string_view()}) {
      if (!is_there(beside(store, ending)) || is_there(beside(aside, ending))) continue;
      if (Status moved = rename_to(beside(store, ending), beside(aside, ending)); !moved) return moved;
    }
    if (Status marked = start_mark(options, has_chain); !marked) return marked;
    if (Status moved = rename_to(made, store); !moved) return moved;
    if (Status synced = sync_folder(store); !synced) return synced;
  }
  drop(recovery_note(store));
  drop(note);
  return sync_folder(store);
}

Status recover(const Options& options, Log& log) {
  const fs::path& store = options.path;
  const fs::path made = beside(store, ".salvage");
  // What an earlier attempt left is not whole.
  for (const std::string_view ending : {std::string_view(), kLogEnding, std::string_view("-shm")}) drop(beside(made, ending));
  log.write(LogLevel::error, "outbox", store.string() + " is damaged: what can be read of it is taken over into a new store");
  const sqlite::Reach marked = marked_reach(options);
  const auto salvaged = salvage(options, made, marked);
  if (!salvaged) return Failure{salvaged.error()};
  if (salvaged->claims == 0 && marked.store.empty()) {
    drop(made);
    return fail(ErrorCode::corrupt, store.string() +
                                        ": is damaged, or never was a store: no claim is in it, and nothing says that this "
                                        "device has used it; name another file, or move it away");
  }
  if (Status synced = sync(made); !synced) return synced;
  const std::string aside = name_aside(store);
  const bool has_chain = salvaged->claims + salvaged->lost > 0;
  if (Status noted = write_file_durably(beside(store, ".switch"), (has_chain ? "" : "!") + aside, 0600); !noted) return noted;
  if (Status switched = finish_switch(options); !switched) return switched;
  log.write(LogLevel::error, "outbox",
            "the damaged store was set aside as " + aside + "; " + std::to_string(salvaged->claims) +
                " claims were read of it, " + std::to_string(salvaged->lost) + " are lost here" +
                (salvaged->goes_on ? "" : ": a new chain begins, and says so once it is connected") +
                ". Have the disk looked at, and keep the file until all is delivered");
  return Done{};
}

}  // namespace greentill::outbox
