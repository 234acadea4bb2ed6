// SPDX-License-Identifier: Apache-2.0
// A small file beside an SQLite database that says how far the database has come, so that one that went back is noticed before
// anything is added to it: moved without its write-ahead log, emptied, deleted, overwritten with an older copy, or given the log
// of another database. docs/outbox.md, "A store that went back".
//
// What always holds:
// - The mark is never ahead of the database: it is written behind a commit that is durable. Behind each commit it is written
//   without a sync, which survives kill -9; it is synced when the database is opened and closed, so that a power cut leaves a
//   mark that lags by what the system had not written back.
// - It has two slots, written in turn, each with a checksum: whatever happens while one is written, the other stands.
// - The log named in it is the one that lies beside the database, or "unknown" from before SQLite makes a new one.
//
// Threads: one at a time. With Users::several any number of processes share the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"
#include "daemon/sqlite/sqlite.hpp"

namespace greentill::sqlite {

/// How far a database has come. What the numbers count is its owner's; they only rise.
struct Reach {
  std::string store;      ///< which one it is, in hexadecimal digits; empty: it holds nothing yet
  std::uint64_t era = 0;  ///< head starts anew in a later era
  std::uint64_t head = 0;
  std::string hash;         ///< of what stands at `head`, in hexadecimal digits; may be empty
  std::uint64_t count = 0;  ///< of what does not move the head; never starts anew
};

/// Which write-ahead log it is. While one connection writes, all logs of a file have one family, and restarts rises.
struct LogId {
  std::uint32_t family = 0;
  std::uint32_t restarts = 0;
};

/// The log beside the database; nothing where there is none, or none that SQLite would read.
std::optional<LogId> log_beside(const std::filesystem::path& database);

class StoreMark {
 public:
  /// several: processes, or connections, that write to the database at once; then its logs cannot be told apart.
  /// nobody: the mark is read alone, and the file not opened for writing.
  enum class Users : std::uint8_t { one, several, nobody };

  /// Reads the mark; makes none where there is none. corrupt where the file is something else, io or denied where it cannot be
  /// opened.
  static Result<StoreMark> open(std::filesystem::path path, Users users);
  /// Whether there was a mark when it was opened.
  [[nodiscard]] bool is_there() const { return there_; }
  /// Whether somebody wrote "new" into the file, by which they say that a new database is to be begun.
  [[nodiscard]] bool asks_for_new() const { return new_; }
  [[nodiscard]] const Reach& reach() const { return record_.reach; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Holds the files against the mark as they lie there, before SQLite opens them for writing: it deletes a log whose database is
  /// empty, and takes a foreign one for its own. conflict where the database is not the one that the mark speaks of, invalid
  /// where its log is not; the caller adds what to do.
  Status check_files(const std::filesystem::path& database, const std::string& vfs) const;
  /// To be called before SQLite may make a log. Durable on return.
  Status expect_log(const std::filesystem::path& database);
  /// Makes the mark say how far the open database has come; durable on return. Touches the database. Requires: what `reach` says
  /// is durable. The mark of several users does not go back by it.
  Status set(const Reach& reach, Database& database) { return set(reach, database, Take::further); }
  /// As set(), for a database that went back and is to stand.
  Status restart(const Reach& reach, Database& database) { return set(reach, database, Take::as_given); }
  /// As set(), for use behind each commit: not synced, and it does nothing where the file cannot be written.
  void note(const Reach& reach, const std::filesystem::path& database);
  /// Syncs what was noted, and which log there is: to be called before the database closes, which may not get as far as removing
  /// it.
  void finish(const std::filesystem::path& database);

 private:
  struct Record {
    std::uint64_t number = 0;  ///< of the writing; the slot with the higher one counts
    Reach reach;
    std::uint32_t counter = 0;  ///< the change counter in the database's header is not below this
    std::optional<LogId> log;   ///< nothing: not known
  };
  enum class Take : std::uint8_t { as_given, further };

  StoreMark(std::filesystem::path path, Users users) : path_(std::move(path)), users_(users) {}
  static std::string to_line(const Record& record);
  static std::optional<Record> from_line(std::string_view line);
  static std::optional<Record> read_slots(std::string_view content);
  Status set(const Reach& reach, Database& database, Take take);
  Status make();
  void sync();
  Status write(Record record, Take take);

  std::filesystem::path path_;
  Users users_;
  Descriptor file_;
  bool there_ = false;
  bool new_ = false;
  bool kept_ = false;  ///< since set(): the database is what the mark says
  Record record_;
};

}  // namespace greentill::sqlite
