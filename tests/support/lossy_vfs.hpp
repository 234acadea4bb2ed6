// SPDX-License-Identifier: Apache-2.0
// An SQLite VFS on a disk whose power can be cut and whose writes can fail. Everything passes through to the default VFS, so that
// connections see what they wrote; beside it the shim remembers, file by file, what was synced and what is only written. After a
// cut, settle() leaves on the disk what a medium could then hold: what was synced, and of the rest nothing, all, or some.
// Counted as operations: writes, truncations, syncs and deletions of the database, its journal and its write-ahead log.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace greentill::test {

class LossyVfs {
 public:
  /// What becomes of the writes that were not synced: none reach the medium; all; the first ones of each file; any of them; the
  /// first ones, the last of these in part (whole sectors of 512 bytes).
  enum class Kept : std::uint8_t { nothing, everything, prefix, subset, torn };
  static constexpr Kept kAllKept[] = {Kept::nothing, Kept::everything, Kept::prefix, Kept::subset, Kept::torn};
  /// What one failing operation answers: no room; an I/O error; an I/O error after which a sync has lost what it was to write,
  /// as Linux does.
  enum class Fault : std::uint8_t { full, io, io_lost };

  /// Registers with SQLite under a name of its own until it goes.
  LossyVfs();
  ~LossyVfs();
  LossyVfs(const LossyVfs&) = delete;
  LossyVfs& operator=(const LossyVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }

  /// The power goes while operation `number` (from 1) is under way; it and all later ones fail.
  void cut_at(std::uint64_t number) { cut_at_ = number; }
  [[nodiscard]] bool is_off() const { return cut_at_ != 0 && operations_ >= cut_at_; }
  /// Operation `number` fails once; with `lasting` so do all later ones, until mend().
  void fail_at(std::uint64_t number, Fault fault, bool lasting);
  [[nodiscard]] bool has_failed() const { return failed_; }
  void mend() { fail_at_ = 0; }

  /// Requires: all connections are closed. Forgets what was not synced; the power is back.
  void settle(Kept kept, std::uint32_t seed);

 private:
  friend struct LossyFile;
  struct Operation {
    enum class Kind : std::uint8_t { write, truncate, remove } kind;
    std::uint64_t offset;  // of a write; the size of a truncation
    std::string bytes;
  };
  struct Medium {
    bool exists = false;
    std::string bytes;
    std::vector<Operation> pending;
    static void apply(Medium& medium, const Operation& operation);
  };

  /// The result code of the next operation, SQLITE_OK where it is to be done.
  int next_operation(int error);
  void sync(Medium& medium, bool with_folder);
  static void keep_some(Medium& medium, Kept kept, std::mt19937& random);

  std::string name_;
  sqlite3_vfs* vfs_;
  std::map<std::string, Medium> media_;
  std::uint64_t operations_ = 0;
  std::uint64_t cut_at_ = 0;
  std::uint64_t fail_at_ = 0;
  Fault fault_ = Fault::full;
  bool lasting_ = false;
  bool failed_ = false;
};

}  // namespace greentill::test
