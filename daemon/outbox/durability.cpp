// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/durability.hpp"

#include "daemon/outbox/recovery.hpp"

namespace greentill::outbox {
namespace {

// No other process can open the store, so that a sale need not ask the kernel for eight file locks. The connections of this
// process still lock against one another, through the heap. https://www.sqlite.org/vfs.html
constexpr const char* kVfs = "unix-excl";

// page_size takes effect in a new file only. 1000 pages and 4 MiB: the WAL is written back before it grows beyond that, and cut
// to that size where a long read delayed it. secure_delete = FAST: pruned content is overwritten where its page is written
// anyway.
constexpr const char* kWriterSettings =
    "PRAGMA page_size = 4096; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 4194304; PRAGMA wal_autocheckpoint = 1000; PRAGMA secure_delete = FAST;"
    "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -";
constexpr const char* kReaderSettings =
    "PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -";

Result<sqlite::Database> open(const Options& options, bool read_only, std::string pragmas) {
  sqlite::Settings settings;
  settings.read_only = read_only;
  settings.vfs = options.vfs.empty() ? kVfs : options.vfs;
  settings.pragmas = std::move(pragmas);
  settings.on_damage = [path = options.path] { ask_for_recovery(path); };
  settings.keeps_log = !read_only && !options.mark.empty();
  settings.gathers_log = !read_only;
  return sqlite::Database::open(options.path, settings);
}

}  // namespace

Result<sqlite::Database> open_for_writing(const Options& options) {
  return open(options, false, kWriterSettings + std::to_string(options.writer_cache_kib));
}

Result<sqlite::Database> open_for_reading(const Options& options) {
  return open(options, true, kReaderSettings + std::to_string(options.reader_cache_kib));
}

}  // namespace greentill::outbox
